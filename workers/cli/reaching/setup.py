"""The set-up file over the API: what it refers to is read here, and sent once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.operations.setup import applying, exporting
from connector.operations.setup.applied import Applied
from workers.cli.reaching.revived import all_revived

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from workers.cli.reaching.http import Server


def _apply(server: Server, text: str, *, file: str) -> list[Applied]:
    body = {"text": text, "name": file, "secrets": applying.referred(text, file=file)}
    return all_revived(Applied, server.change("POST", "/setup", body)["items"])


def _export(server: Server) -> dict[str, Any]:
    return {key: value for key, value in server.get("/setup").items() if value is not None}


CALLS: Mapping[Callable[..., object], Callable[..., object]] = {applying.apply: _apply, exporting.export: _export}
