"""What every answer of the console tells the browser, so that nobody else's page, script or style gets near it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
_ALWAYS = {
    "Content-Security-Policy": _POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    # no-referrer would have browsers hide where a form comes from, which is looked at
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
#: a page is nobody's but the one's who asked for it
PAGE = {**_ALWAYS, "Cache-Control": "no-store"}
#: what has a digest of its content in its address
FOR_EVER = {**_ALWAYS, "Cache-Control": "public, max-age=31536000, immutable"}


def with_tls(headers: Mapping[str, str]) -> dict[str, str]:
    """The same for a console that is reached over TLS only."""
    return {**headers, "Strict-Transport-Security": "max-age=31536000"}
