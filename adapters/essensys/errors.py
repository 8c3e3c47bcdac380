"""What can go wrong before an essensys call is sent or while one of its values is read.

    ValueError
    └── FormatError     a text that fits no documented format, in either direction
    Exception
    └── Unsendable      refused on our side; nothing was sent, and waiting does not help

Whatever happens once a request is under way is a `ProviderError` of adapters.http.errors.
"""

from __future__ import annotations


class FormatError(ValueError):
    """A value does not fit the format that the document gives for it."""


class Unsendable(Exception):
    """A request was refused on our side: the document gives no safe way to say it.

    Not a ValueError, so that it leaves a pydantic validator as it is: one readable line.
    """
