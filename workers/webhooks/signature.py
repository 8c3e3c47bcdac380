"""Whether a delivery was signed with the connection's secret.

Plentific documents neither the header nor the algorithm. We take what is common: HMAC-SHA256 over
the raw body, as hexadecimal digits or base64, with or without `sha256=` before it.
"""

from __future__ import annotations

import base64
import hmac

PREFIX = b"sha256="


def is_signed(secret: bytes, body: bytes, signature: bytes | None) -> bool:
    """Compare in constant time; no signature is a wrong one."""
    if not signature:
        return False
    digest = hmac.digest(secret, body, "sha256")
    given = signature.strip().removeprefix(PREFIX)
    in_hex = hmac.compare_digest(digest.hex().encode(), given.lower())
    in_base64 = hmac.compare_digest(base64.b64encode(digest), given)
    return in_hex or in_base64
