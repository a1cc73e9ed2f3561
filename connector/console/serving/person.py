"""Who asks: a browser, as the network shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.operations.accounts.signing_in import Visitor

if TYPE_CHECKING:
    from starlette.requests import Request


def visitor(request: Request) -> Visitor:
    """A browser, as the network shows it."""
    return Visitor(
        address=request.client.host if request.client else "",
        browser=request.headers.get("user-agent", ""),
    )
