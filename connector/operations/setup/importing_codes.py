"""Crosswalks from a CSV file: what it would change, before anything is changed, and then that."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from connector.domain import canonical
from connector.domain.errors import ConfigurationError
from connector.operations.giving_reasons import reason
from connector.operations.setup import crosswalk_csv, crosswalks, integrations
from connector.store import operator as ledger

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connector.operations.operator import Operator
    from connector.operations.setup.crosswalks import Filled, Report
    from connector.store.operator.crosswalks import Code
    from connector.store.operator.integrations import Integration
    from connector.store.operator.transaction import OperatorTransaction

_OTHERWISE = (
    "The rows have been changed by somebody else since the preview: nothing was imported. Look at it once more."
)


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What a file would change."""

    added: list[Code] = field(default_factory=list)
    #: each with what it says now
    changed: list[tuple[Code, str]] = field(default_factory=list)
    #: rows of the same tables that the file does not name, where these are to go
    removed: list[Code] = field(default_factory=list)
    unchanged: int = 0

    @property
    def changes(self) -> int:
        """How many rows would be otherwise."""
        return len(self.added) + len(self.changed) + len(self.removed)

    @property
    def mark(self) -> str:
        """What tells this preview from every other one."""
        rows = [
            [[code.table, code.source, code.target] for code in self.added],
            [[code.table, code.source, code.target, before] for code, before in self.changed],
            [[code.table, code.source, code.target] for code in self.removed],
        ]
        return hashlib.sha256(canonical.dumps(rows)).hexdigest()


@dataclass(frozen=True, kw_only=True)
class File:
    """A CSV file, and whether rows of its tables that it does not name are removed."""

    text: str
    name: str
    alone: bool = False


def preview(operator: Operator, integration: str | None, file: File) -> Preview:
    """What it would change; raises ConfigurationError with every mistake in it, and its line."""
    with operator.transaction() as tx:
        of = integrations.chosen(tx, integration)
        return _compared(tx, of, _read(of, file), file)


def import_csv(
    operator: Operator,
    integration: str | None,
    file: File,
    *,
    why: str = "",
    seen: str = "",
    report: Report = crosswalks.quietly,
) -> tuple[Filled, int]:
    """Add and change the rows of a file; returns what that did, and how many rows were removed.

    Raises ConfigurationError with every mistake in it, and its line; and where ``seen``, the mark of a preview, is not
    that of what would be changed now. ``report`` is told what is done, how much of it, and of how much.
    """
    because = reason(why) if why else ""
    with operator.transaction() as tx:
        of = integrations.chosen(tx, integration)
        codes = _read(of, file)
        compared = _compared(tx, of, codes, file) if seen or file.alone else Preview()
        require(compared, seen)
        filled = crosswalks.write(tx, of, codes, why=because, report=report)
        if compared.removed:
            crosswalks.take_away(tx, of, compared.removed, why=because)
        return filled, len(compared.removed)


def require(found: Preview, seen: str) -> None:
    """Raise ConfigurationError where ``seen``, if anything, is the mark of another preview."""
    if seen and found.mark != seen:
        raise ConfigurationError(_OTHERWISE)


def _read(of: Integration, file: File) -> list[Code]:
    known = crosswalks.tables(of.kind)
    return crosswalk_csv.read(file.text, name=file.name, problem=lambda code: crosswalks.problem(code, known))


def _compared(tx: OperatorTransaction, of: Integration, codes: Sequence[Code], file: File) -> Preview:
    saved = ledger.crosswalks.saved(tx, of.id, sorted({code.table for code in codes}))
    there = {(code.table, code.source): code.target for code in saved}
    named = {(code.table, code.source) for code in codes}
    found = Preview(
        added=[code for code in codes if (code.table, code.source) not in there],
        changed=[
            (code, there[code.table, code.source])
            for code in codes
            if there.get((code.table, code.source), code.target) != code.target
        ],
        removed=[code for code in saved if (code.table, code.source) not in named] if file.alone else [],
    )
    unchanged = len(codes) - len(found.added) - len(found.changed)
    return Preview(added=found.added, changed=found.changed, removed=found.removed, unchanged=unchanged)
