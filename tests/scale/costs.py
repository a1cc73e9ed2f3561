"""What statements cost whatever the machine: the rows and pages they touch, counted while the product sends them."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_EXPLAIN = "EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF, SUMMARY OFF, FORMAT JSON) "
_EXPLAINED = ("SELECT", "WITH", "INSERT", "UPDATE", "DELETE")


@dataclass(frozen=True, kw_only=True)
class Cost:
    """A statement, and what it took."""

    statement: str
    #: touched by it
    pages: int
    #: rows looked at, also those that were not wanted
    looked: int
    #: rows written or locked
    wrote: int

    def beyond(self, rows: int, *, for_each: int = 20) -> bool:
        """Whether it looked at more rows than this, and than those that it wrote are worth."""
        return self.looked > rows + for_each * self.wrote


@contextmanager
def counted(engine: sa.Engine | type[sa.Engine] = sa.Engine) -> Iterator[list[Cost]]:
    """Each statement that is sent meanwhile is first tried and undone, with its cost counted."""
    found: list[Cost] = []

    def count(connection: sa.Connection, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        if not statement.strip().upper().startswith(_EXPLAINED):
            return
        with connection.connection.cursor() as cursor:
            cursor.execute("SAVEPOINT counted")
            cursor.execute(_EXPLAIN + statement, parameters)
            plan = cursor.fetchone()[0][0]["Plan"]
            cursor.execute("ROLLBACK TO SAVEPOINT counted")
        found.append(
            Cost(
                statement=statement,
                pages=plan["Shared Hit Blocks"] + plan["Shared Read Blocks"],
                looked=_looked(plan),
                wrote=_wrote(plan),
            )
        )

    sa.event.listen(engine, "before_cursor_execute", count)
    try:
        yield found
    finally:
        sa.event.remove(engine, "before_cursor_execute", count)


def _looked(plan: Mapping[str, Any]) -> int:
    parts = plan.get("Plans", ())
    below = sum(map(_looked, parts))
    if plan["Node Type"] != "Bitmap Index Scan" and ("Relation Name" not in plan or plan["Node Type"] == "ModifyTable"):
        return below
    each = plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0) + plan.get("Rows Removed by Index Recheck", 0)
    looked = round(each * plan["Actual Loops"])
    # Below it are indexes: all that stands in two of them may be looked at to find the few that stand in both.
    return max(looked, below) if plan["Node Type"] == "Bitmap Heap Scan" else below + looked


def _wrote(plan: Mapping[str, Any]) -> int:
    parts = plan.get("Plans", ())
    below = sum(map(_wrote, parts))
    if plan["Node Type"] in {"ModifyTable", "LockRows"}:
        return below + round(sum(part["Actual Rows"] * part["Actual Loops"] for part in parts))
    return below
