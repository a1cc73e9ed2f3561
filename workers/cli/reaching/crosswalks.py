"""Crosswalks over the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.operations.setup import crosswalks, importing_codes, integrations, target_codes
from connector.operations.setup.crosswalks import Chosen, Code, Filled, Page
from connector.operations.setup.importing_codes import Preview
from connector.store.operator.crosswalks import Missing
from workers.cli.reaching.places import part
from workers.cli.reaching.revived import all_revived, revived

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from connector.operations.setup.crosswalks import Report
    from connector.operations.setup.importing_codes import File
    from workers.cli.reaching.http import Server

#: more rows than there are
_ALL = 10**9


def _of(server: Server, integration: str | None) -> str:
    """Where codes of an integration are, or of the only one."""
    name = integration
    if name is None:
        name = integrations.only([str(one["name"]) for one in server.get("/integrations")["items"]])
    return f"/integrations/{part(name)}/codes"


def _list(server: Server, integration: str | None, wanted: Chosen | None = None) -> Page:
    chosen = wanted or Chosen()
    after = ":".join(chosen.after) if any(chosen.after) else ""
    query = {"table": chosen.table, "beginning": chosen.beginning, "after": after}
    rows: list[Any] = []
    total, most = 0, chosen.most or _ALL
    for page in server.pages(_of(server, integration), min(most, server.most), **query):
        rows += page["items"]
        total = total if page["total"] is None else page["total"]
        if len(rows) >= most:
            break
    return Page(rows=all_revived(Code, rows[:most]), total=total)


def _missing(server: Server, integration: str | None) -> list[Missing]:
    return all_revived(Missing, server.get(f"{_of(server, integration)}/missing")["items"])


def _fill(server: Server, integration: str | None, codes: Sequence[Code], why: str = "") -> Filled:
    rows = [vars(one) for one in codes]
    return revived(Filled, server.change("PUT", _of(server, integration), {"codes": rows, "why": why}))


def _remove(server: Server, integration: str | None, table: str, source: str, why: str = "") -> str:
    body = {"table": table, "source": source, "why": why}
    return str(server.change("POST", f"{_of(server, integration)}/remove", body)["target"])


def _preview(server: Server, integration: str | None, file: File) -> Preview:
    told = server.change("POST", f"{_of(server, integration)}/import/preview", vars(file))
    return revived(Preview, {**told, "changed": [(one["code"], one["before"]) for one in told["changed"]]})


def _import(
    server: Server, integration: str | None, file: File, *, why: str = "", report: Report = crosswalks.quietly
) -> tuple[Filled, int]:
    came = server.work(f"{_of(server, integration)}/import", {**vars(file), "why": why}, report=report)
    return revived(Filled, came), came["removed"]


def _choices(server: Server, integration: str | None, table: str) -> dict[str, Any]:
    came = server.work(f"{_of(server, integration)}/choices", {"table": table})
    return {"codes": [tuple(one) for one in came["codes"]], "whole": came["whole"]}


CALLS: Mapping[Callable[..., object], Callable[..., object]] = {
    crosswalks.list_: _list,
    crosswalks.missing: _missing,
    crosswalks.fill: _fill,
    crosswalks.remove: _remove,
    importing_codes.preview: _preview,
    importing_codes.import_csv: _import,
    target_codes.read: _choices,
}
