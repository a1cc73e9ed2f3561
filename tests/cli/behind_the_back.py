"""What somebody changes in the ledger behind the product's back, and what is said of it."""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from connector.bootstrap import application
from connector.domain.gate import CodeNeed, Needs
from connector.embedded import roles
from tests.privileged import working_as

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.bootstrap import Application
    from tests.cli.conftest import Terminal

BEHIND = "changed behind ml-connector's back"


def writes(built: Application, statement: str, **values: object) -> list[Any]:
    """What somebody does who owns the tables: the product's own role may delete none of this."""
    with working_as(built.store, roles.OWNER) as connection:
        result = connection.execute(sa.text(statement), values)
        return list(result.all()) if result.returns_rows else []


def said(terminal: Terminal, *words: str) -> str:
    """The sentence of a command that must refuse."""
    refused = terminal(*words)
    assert refused.code != 0, refused
    return " ".join((refused.err + refused.out).split())


@contextmanager
def another(built: Application) -> Iterator[Application]:
    """A process that has seen nothing yet."""
    with closing(application(built.settings)) as fresh:
        yield fresh


def found(terminal: Terminal) -> set[str]:
    """Subjects that ``audit verify`` names."""
    return {finding["subject"] for finding in terminal("audit", "verify", "--json").json["findings"]}


def code(built: Application, source: str = "30", *, in_any_case: bool = False) -> str | None:
    """The code as a document's mapping gets it."""
    with built.store.unit() as unit:
        (integration,) = unit.tx.rows(sa.text("SELECT id FROM integrations"))
        needs = Needs(codes=(CodeNeed(table="payment_terms", code=source),), in_any_case=in_any_case)
        return unit.links.known(integration.id, needs).code("payment_terms", source)


FLOW = "qad_invoices_to_jaggaer"


def goes_by_its_flow(built: Application) -> None:
    """What a step looks at, with what its claim reads now."""
    (row,) = writes(
        built,
        "SELECT f.id, f.options, s.name AS source, t.name AS target FROM flows f "
        "JOIN integrations i ON i.id = f.integration_id "
        "JOIN connections s ON s.id = CASE WHEN f.reversed THEN i.target_connection_id ELSE i.source_connection_id END "
        "JOIN connections t ON t.id = CASE WHEN f.reversed THEN i.source_connection_id ELSE i.target_connection_id END "
        "WHERE f.name = :flow",
        flow=FLOW,
    )
    assert built.store.steering is not None
    built.store.steering.flow(row.id, options=row.options, source=row.source, target=row.target)
