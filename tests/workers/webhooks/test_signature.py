from __future__ import annotations

import base64
import hashlib
import hmac

import pytest

from workers.webhooks.signature import is_signed

SECRET = b"a-webhook-secret"
BODY = b'{"event":"invoice.paid"}'
DIGEST = hmac.new(SECRET, BODY, hashlib.sha256)
HEX = DIGEST.hexdigest().encode()


@pytest.mark.parametrize(
    "signature",
    [
        DIGEST.hexdigest(),
        DIGEST.hexdigest().upper(),
        f"sha256={DIGEST.hexdigest()}",
        base64.b64encode(DIGEST.digest()).decode(),
        f"sha256={base64.b64encode(DIGEST.digest()).decode()}",
    ],
)
def test_the_usual_spellings_of_a_signature_are_known(signature: str) -> None:
    assert is_signed(SECRET, BODY, signature.encode())


@pytest.mark.parametrize(
    "signature",
    [None, b"", b"sha256=", HEX[:-1], b"0" * 64, b"\xa3" * 64, SECRET],
)
def test_anything_else_is_a_wrong_signature(signature: bytes | None) -> None:
    assert not is_signed(SECRET, BODY, signature)


def test_a_signature_is_of_this_body_by_this_secret() -> None:
    assert not is_signed(SECRET, BODY + b" ", HEX)
    assert not is_signed(b"another-secret", BODY, HEX)
