"""A source of SAP Concur, and what the simulated company says of its documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from connector.domain.exchange import Query, Result
from tests.systems.concur.conftest import FIS, Connection

if TYPE_CHECKING:
    from connector.systems.concur.source import ConcurSource
    from sandbox.server import SandboxServer

LIST = f"{FIS}/expense/transactions"
POSTED = Result(
    target_id="JE-7",
    facts={"company": "10USACO", "document_number": "7", "fiscal_year": "2026", "posting_date": "2026-11-19"},
)


def source_of(connection: Connection) -> ConcurSource:
    return cast("ConcurSource", connection.source())


def read(source: ConcurSource, entity: str, *, acknowledge: bool = True, **query: Any) -> list[dict[str, Any]]:
    """Read like the pipeline does: acknowledge a page before asking for the next."""
    found: list[dict[str, Any]] = []
    for page in source.pages(Query(entity=entity, **query)):
        payloads = [dict(row.payload) for row in page.rows]
        if acknowledge:
            assert source.acknowledge(entity, payloads) == {}
        found += payloads
    return found


def made(sandbox: SandboxServer, **wanted: Any) -> list[str]:
    return [doc_id for ids in sandbox.add_documents({"generate": wanted})["generate"].values() for doc_id in ids]


def status(sandbox: SandboxServer) -> dict[str, dict[str, int]]:
    return cast("dict[str, dict[str, int]]", sandbox.state("statuses")["statuses"])
