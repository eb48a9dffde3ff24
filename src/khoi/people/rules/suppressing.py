"""Recognising an address again without keeping it."""

from __future__ import annotations

import hmac
from hashlib import sha256

__all__ = ["digest_of"]


def digest_of(kind: str, normal: str, *, secret: str) -> str:
    """HMAC-SHA256 (RFC 2104) of the normalised address under the installation's secret: nobody without it can try
    addresses out."""
    return hmac.new(secret.encode(), f"khoi.suppression:{kind}:{normal}".encode(), sha256).hexdigest()
