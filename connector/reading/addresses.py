"""The addresses of a system, as a configuration has them."""

from __future__ import annotations

from urllib.parse import urlsplit


def address(value: str, *, like: str, without_path: bool = False) -> str:
    """Return an address without its last slash; raises ValueError that ends the sentence about its setting."""
    try:
        url = urlsplit(value)
    except ValueError:
        raise ValueError("cannot be read as an address") from None
    if url.scheme not in ("http", "https") or not url.hostname:
        raise ValueError(f"should be a full address such as {like}")
    if url.username or url.password or url.query or url.fragment or (without_path and url.path.strip("/")):
        parts = f"{'path, ' if without_path else ''}user, password, question mark or #"
        raise ValueError(f"should be an address only, without {parts}")
    return value.rstrip("/")
