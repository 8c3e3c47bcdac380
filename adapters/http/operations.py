"""The kinds of operation that an API consists of, to be declared on a client.

A declaration becomes a method of the client, typed by what it is given; the method's name is the
operation's name in spans, metrics and errors. Read from the class instead of from a client, it is
the declaration itself: method, path, models.
"""

from __future__ import annotations

import dataclasses
import functools
import string
import typing
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date
from typing import (
    Any,
    Concatenate,
    Final,
    Generic,
    Literal,
    ParamSpec,
    Protocol,
    Self,
    TypeVar,
    overload,
)

from pydantic import create_model

from adapters.http.call import Answer, Call, Content, Decoding
from adapters.http.client import HttpClient
from adapters.http.errors import Unsendable
from adapters.http.models import Detail, M, parse
from adapters.http.paging import Pages, Paging
from adapters.http.requests import RequestModel
from adapters.http.streams import Download

P = ParamSpec("P")
B = TypeVar("B", bound=RequestModel)
R = TypeVar("R")

SIZE: Final = "page_size"
"""The parameter of lists that is the pager's."""

Reader = Callable[[Answer, str], R]
"""Makes of an answer, and the connection's name, what a method returns."""


class HasHttp(Protocol):
    """The client that operations are declared on."""

    @property
    def http(self) -> HttpClient:
        """How calls are sent."""


@dataclass(frozen=True, kw_only=True)
class Nothing:
    """The parameters of an operation that has none."""


def plain_text(value: Any) -> str:
    """A value of a path or a query as most providers want it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple | list):
        return ",".join(plain_text(one) for one in value)
    return value.isoformat() if isinstance(value, date) else str(value)


def body_itself(answer: Answer) -> Any:
    """What is in an answer without an envelope."""
    return answer.body


def body_as_it_is(wire: dict[str, Any]) -> dict[str, Any]:
    """A JSON body needs no further spelling."""
    return wire


@dataclass(frozen=True, kw_only=True)
class Style:
    """How one provider spells requests and wraps answers.

    Attributes:
        prefix: What stands before every path.
        name: A parameter's name on the wire, from the name in Python.
        text: A parameter's value on the wire.
        encoding: How bodies are sent.
        fields: The body's fields as `encoding` wants them, from JSON types.
        content: What an answer holds, out of its envelope.
    """

    prefix: str = ""
    name: Callable[[str], str] = str
    text: Callable[[Any], str] = plain_text
    encoding: Literal["json", "form"] = "json"
    fields: Callable[[dict[str, Any]], dict[str, Any]] = body_as_it_is
    content: Callable[[Answer], Any] = body_itself


@dataclass(frozen=True)
class Request:
    """Method, path and spelling of an operation: all that makes a call of arguments."""

    method: str
    path: str
    style: Style
    decoding: Decoding = "exact json"
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def call(self, operation: str, params: Any, body: RequestModel | None = None) -> Call:
        """The call with these parameters: those that the path names fill it, None is left out.

        Raises:
            Unsendable: a parameter is of another type, or not one of the documented values.
        """
        _check(operation, params)
        style = self.style
        given = {style.name(name): value for name, value in vars(params).items() if name != SIZE}
        texts = {name: style.text(value) for name, value in given.items() if value is not None}
        path = style.prefix + self.path
        parts = {name: texts.pop(name) for name in path_names(path)}
        fields = None if body is None else style.fields(body.to_wire())
        return Call(
            operation,
            self.method,
            path,
            parts=parts,
            query=texts,
            headers=self.headers,
            json=fields if style.encoding == "json" else None,
            form=fields if style.encoding == "form" else None,
            write=self.method != "GET",
            decoding=self.decoding,
        )


class Operation(Generic[P, R]):
    """A request without a body. `params` is the dataclass of its parameters."""

    name: str

    def __init__(self, request: Request, params: Callable[P, Any], read: Reader[R]) -> None:
        self.request = request
        self.params = params
        self.read = read

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, client: None, owner: type) -> Self: ...

    @overload
    def __get__(self, client: HasHttp, owner: type) -> Callable[P, Awaitable[R]]: ...

    def __get__(self, client: HasHttp | None, owner: type) -> Self | Callable[P, Awaitable[R]]:
        if client is None:
            return self

        async def send(*args: P.args, **kwargs: P.kwargs) -> R:
            call = self.request.call(self.name, self.params(*args, **kwargs))
            return self.read(await client.http.send(call), client.http.connection)

        return send


class Sending(Generic[B, P, R]):
    """A request with a body, which is the method's first argument."""

    name: str

    def __init__(
        self, request: Request, body: type[B], params: Callable[P, Any], read: Reader[R]
    ) -> None:
        self.request = request
        self.body = body
        self.params = params
        self.read = read

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, client: None, owner: type) -> Self: ...

    @overload
    def __get__(
        self, client: HasHttp, owner: type
    ) -> Callable[Concatenate[B, P], Awaitable[R]]: ...

    def __get__(
        self, client: HasHttp | None, owner: type
    ) -> Self | Callable[Concatenate[B, P], Awaitable[R]]:
        if client is None:
            return self

        async def send(body: B, /, *args: P.args, **kwargs: P.kwargs) -> R:
            if not isinstance(body, self.body):
                kinds = f"{self.body.__name__}, not {type(body).__name__}"
                raise Unsendable(f"{self.name}: the body must be {kinds}")
            call = self.request.call(self.name, self.params(*args, **kwargs), body)
            return self.read(await client.http.send(call), client.http.connection)

        return send


class Listing(Generic[P, M]):
    """A list. `params` may have a `page_size`, which is no query parameter but the pager's."""

    name: str

    def __init__(
        self,
        request: Request,
        params: Callable[P, Any],
        row: type[M],
        paging: Callable[[HttpClient, Call, int], Paging],
        key: str | None,
    ) -> None:
        """`key` is the field that tells rows apart; None where they have none."""
        self.request = request
        self.params = params
        self.row = row
        self.paging = paging
        self.key = key

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, client: None, owner: type) -> Self: ...

    @overload
    def __get__(self, client: HasHttp, owner: type) -> Callable[P, Pages[M]]: ...

    def __get__(self, client: HasHttp | None, owner: type) -> Self | Callable[P, Pages[M]]:
        if client is None:
            return self

        def list_pages(*args: P.args, **kwargs: P.kwargs) -> Pages[M]:
            params = self.params(*args, **kwargs)
            call = self.request.call(self.name, params)
            paging = self.paging(client.http, call, vars(params).get(SIZE, 0))
            return Pages(paging, self.row, self.key)

        return list_pages


@dataclass(frozen=True)
class DetailReader(Generic[M]):
    """Reads an answer that is one thing."""

    model: type[M]
    style: Style

    def __call__(self, answer: Answer, connection: str) -> Detail[M]:
        """The thing, raw and typed."""
        content = self.style.content(answer)
        if not isinstance(content, dict):
            raise answer.unreadable("an object was expected")
        return Detail(content, parse(self.model, content, answer, connection))


class Downloading(Generic[P]):
    """A file, to be read chunk by chunk: the method returns an async context manager."""

    name: str

    def __init__(self, request: Request, params: Callable[P, Any]) -> None:
        self.request = request
        self.params = params

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, client: None, owner: type) -> Self: ...

    @overload
    def __get__(
        self, client: HasHttp, owner: type
    ) -> Callable[P, AbstractAsyncContextManager[Download]]: ...

    def __get__(
        self, client: HasHttp | None, owner: type
    ) -> Self | Callable[P, AbstractAsyncContextManager[Download]]:
        if client is None:
            return self

        def stream(*args: P.args, **kwargs: P.kwargs) -> AbstractAsyncContextManager[Download]:
            return client.http.stream(self.request.call(self.name, self.params(*args, **kwargs)))

        return stream


class Uploading(Generic[P, R]):
    """A file, sent as it is: its content is the method's first argument.

    `params` describes it, with those of its fields that the path does not name said in headers;
    it may have a `length`, the number of bytes of a streamed content.
    """

    name: str

    def __init__(
        self,
        request: Request,
        params: Callable[P, Any],
        describe: Callable[[Any], Mapping[str, str]],
        read: Reader[R],
    ) -> None:
        """`describe` gives the headers that say of the parameters what the content is."""
        self.request = request
        self.params = params
        self.describe = describe
        self.read = read

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, client: None, owner: type) -> Self: ...

    @overload
    def __get__(
        self, client: HasHttp, owner: type
    ) -> Callable[Concatenate[Content, P], Awaitable[R]]: ...

    def __get__(
        self, client: HasHttp | None, owner: type
    ) -> Self | Callable[Concatenate[Content, P], Awaitable[R]]:
        if client is None:
            return self

        async def send(content: Content, /, *args: P.args, **kwargs: P.kwargs) -> R:
            params = self.params(*args, **kwargs)
            call = dataclasses.replace(
                self.request.call(self.name, params),
                query={},
                headers={**self.request.headers, **self.describe(params)},
                content=content,
                length=vars(params).get("length"),
            )
            return self.read(await client.http.send(call), client.http.connection)

        return send


def detail_of(model: type[M], style: Style) -> Reader[Detail[M]]:
    """Reads an answer that is one thing."""
    return DetailReader(model, style)


def nothing(_answer: Answer, _connection: str) -> None:
    """Reads an answer that says no more than that it was done."""


def path_names(path: str) -> list[str]:
    """The `{names}` in a path, in their order."""
    return [name for _, name, _, _ in string.Formatter().parse(path) if name]


def _check(operation: str, params: Any) -> None:
    kind: type = type(params)
    try:
        _rules(kind).model_validate(vars(params))
    except Unsendable as error:
        raise Unsendable(f"{operation}: {error}") from error


@functools.cache
def _rules(params: type) -> type[RequestModel]:
    """The parameters as a strict model: dataclasses check nothing by themselves."""
    hints = typing.get_type_hints(params, include_extras=True)
    fields: dict[str, Any] = {one.name: hints[one.name] for one in dataclasses.fields(params)}
    return create_model("parameters", __base__=RequestModel, **fields)
