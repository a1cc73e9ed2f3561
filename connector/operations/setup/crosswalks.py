"""What an operator may do with crosswalks."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.domain.errors import ConfigurationError, UnknownName
from connector.domain.gate import CodeNeed
from connector.domain.harmless import harmless
from connector.operations.setup import integrations
from connector.store import operator as ledger
from connector.store.operator.crosswalks import Code
from connector.store.work import releasing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connector.operations.operator import Operator
    from connector.store.operator.crosswalks import Missing
    from connector.store.operator.integrations import Integration
    from connector.store.operator.transaction import OperatorTransaction

# What a spreadsheet computes instead of showing it, also in the wide forms of East Asian keyboards; and behind what
# ends a cell where spreadsheets take semicolons for that.
_FORMULA = re.compile("(^|; *+)('*+)([=+\\-@\uff1d\uff0b\uff0d\uff20])")
COLUMNS = ("table", "source", "target")
_LONGEST = 200


@dataclass(frozen=True, kw_only=True)
class Filled:
    """What setting codes did."""

    created: int
    changed: int
    unchanged: int
    #: records that had waited for one of these codes and go on now
    released: int


def list_(operator: Operator, integration: str | None, table: str | None = None) -> list[Code]:
    """All rows, or those of one table."""
    with operator.transaction() as tx:
        return ledger.crosswalks.list_(tx, integrations.chosen(tx, integration).id, table)


def missing(operator: Operator, integration: str | None) -> list[Missing]:
    """Codes that records wait for, the most wanted first: without a row, or with one that was not enough for them."""
    with operator.transaction() as tx:
        return ledger.crosswalks.missing(tx, integrations.chosen(tx, integration).id)


def fill(operator: Operator, integration: str | None, codes: Sequence[Code]) -> Filled:
    """Add and change rows, and let the records go on that wait for them."""
    with operator.transaction() as tx:
        return put(tx, integrations.chosen(tx, integration), codes)


def put(tx: OperatorTransaction, integration: Integration, codes: Sequence[Code]) -> Filled:
    """Add and change rows inside a transaction."""
    for code in codes:
        _checked(code)
    tables = sorted({code.table for code in codes})
    ledger.bindings.adopt(tx)
    for table in tables:
        ledger.bindings.check_crosswalk(tx, integration.id, table)
    created, changed = ledger.crosswalks.put(tx, integration.id, codes)
    touched = [*created, *changed]
    for table in sorted({code.table for code in touched}):
        rows = {code.source: code.target for code in touched if code.table == table}
        bound = ledger.bindings.bind_crosswalk(tx, integration.id, table)
        ledger.audit.note(tx, f"crosswalk:{integration.name}/{table}", "operator.set_codes", {"codes": rows, **bound})
    # Rows that were there already release too: a record may have parked just before they were committed.
    subjects = [
        CodeNeed(table=code.table, code=spelled).subject
        for code in codes
        for spelled in dict.fromkeys((code.source, code.source.upper(), code.source.lower()))
    ]
    return Filled(
        created=len(created),
        changed=len(changed),
        unchanged=len(codes) - len(touched),
        released=releasing.release(tx, integration.id, subjects),
    )


def _checked(code: Code) -> None:
    for column in COLUMNS:
        value = getattr(code, column)
        if not value or value != value.strip() or len(value) > _LONGEST or not value.isprintable():
            raise ConfigurationError(
                f"The {column} {value!r} of a row is not usable: 1 to {_LONGEST} printable characters, without "
                "spaces around them, are allowed."
            )
    if ":" in code.table:
        raise ConfigurationError(f"A crosswalk table's name has no colon in it: {code.table!r}.")


def read_csv(text: str, *, name: str) -> list[Code]:
    """Read ``table,source,target`` (or semicolons); raises ConfigurationError with the line of a mistake.

    As spreadsheets write it: a first line ``sep=;`` names what stands between, and columns without a name are empty.
    """
    header = text.lstrip().partition("\n")[0].strip()
    named = header[4:5] if header.lower().startswith("sep=") else ""
    between = named or (";" if ";" in header and "," not in header else ",")
    reader = csv.reader(io.StringIO(text.replace(header, "", 1) if named else text), delimiter=between, strict=True)
    codes: list[Code] = []
    seen: dict[tuple[str, str], int] = {}
    columns: list[str] = []
    try:
        for cells in reader:
            where = f"{name}, line {reader.line_num}"
            values = [_armed(cell.strip()) for cell in cells]
            if not any(values):
                continue
            if not columns:
                columns = _header(values, name)
                continue
            code = _row(columns, values, where)
            earlier = seen.setdefault((code.table, code.source), reader.line_num)
            if earlier != reader.line_num:
                raise ConfigurationError(f"{where}: {code.table} {code.source!r} stands on line {earlier} already.")
            codes.append(code)
    except csv.Error as error:
        raise ConfigurationError(f"{name}, line {reader.line_num}: this is not CSV: {error}.") from None
    if not columns:
        raise ConfigurationError(f"{name} is empty; its first line must be {','.join(COLUMNS)}.")
    return codes


def _header(values: list[str], name: str) -> list[str]:
    columns = [value.lower() for value in values]
    while not columns[-1]:
        columns.pop()
    for column in columns:
        if column not in COLUMNS:
            raise UnknownName(
                f"{UnknownName.among('crosswalk column', column, COLUMNS).message} See the first line of {name}.",
                name=column,
            )
    absent = [column for column in COLUMNS if column not in columns]
    if absent or len(columns) != len(COLUMNS):
        raise ConfigurationError(f"The first line of {name} must name each column once: {','.join(COLUMNS)}.")
    return columns


def _row(columns: list[str], values: list[str], where: str) -> Code:
    while len(values) > len(columns) and not values[-1]:
        values.pop()
    if len(values) != len(columns):
        raise ConfigurationError(f"{where}: {len(values)} cells where {len(columns)} are expected.")
    cells = dict(zip(columns, values, strict=True))
    empty = next((column for column in COLUMNS if not cells[column]), None)
    if empty is not None:
        raise ConfigurationError(f"{where}: the {empty} is empty.")
    return Code(table=cells["table"], source=cells["source"], target=cells["target"])


def write_csv(codes: Sequence[Code]) -> str:
    """The same spelling ``read_csv`` reads."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([_defused(cell) for cell in (code.table, code.source, code.target)] for code in codes)
    return out.getvalue()


def _defused(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula, whatever a system calls its codes: as text, behind a quote.

    One that is no code of ours, because somebody wrote it into the table by hand, moves no terminal.
    """
    return _FORMULA.sub(r"\1'\2\3", cell if cell.isprintable() else harmless(cell, keep=""))


def _armed(cell: str) -> str:
    """The same cell as it was."""
    return _FORMULA.sub(lambda found: found[1] + found[2].removeprefix("'") + found[3], cell)
