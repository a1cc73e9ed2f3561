"""The statements that leave for Postgres."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from connector.store.ledger import Ledger


@contextmanager
def counted(ledger: Ledger) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    with _listening(ledger, "before_cursor_execute", note):
        yield statements


@contextmanager
def transactions(ledger: Ledger) -> Iterator[list[str]]:
    """Those that begin."""
    begun: list[str] = []
    with _listening(ledger, "begin", lambda _: begun.append("begin")):
        yield begun


@contextmanager
def _listening(ledger: Ledger, event: str, note: Callable[..., None]) -> Iterator[None]:
    sa.event.listen(ledger.engine, event, note)
    try:
        yield
    finally:
        sa.event.remove(ledger.engine, event, note)
