"""What can be read of each entity: documents in the order of their keys, when they changed, and their rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from sandbox.qad.reading.browse import Index
from sandbox.qad.reading.columns import SHAPES
from sandbox.qad.reading.endpoint import collections

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from lxml import etree

    from sandbox.qad.books import Books
    from sandbox.qad.reading.shape import Cell
    from sandbox.qad_ee.names import Readable
    from sandbox.qad_ee.spelling import Spelling

_KEYS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "suppliers": lambda one: one.code,
    "accounts": lambda one: one.code,
    "orders": lambda one: one.number,
    "receipts": lambda one: one.order,
    "invoices": lambda one: int(one.invoice_id),
    "payments": lambda one: int(one.invoice_id),
    "cost_objects": lambda one: f"{one.kind}|{one.code}",
    "expense_payments": lambda one: one.reference,
    "supplier_invoices": lambda one: f"{one.daybook}/{one.year}/{one.voucher}",
    "journal_entries": lambda one: f"{one.daybook}/{one.year}/{one.voucher}",
}


def key(entity: str, document: Any) -> Any:  # noqa: ANN401  any document
    """Return what a document is called: text, or a whole number."""
    return _KEYS[entity](document)


def changed_on(document: Any) -> date:  # noqa: ANN401  any document
    """Return the day of its last change; deliveries have that of their last line."""
    modified = getattr(document, "modified", None)
    if modified is not None:
        return date(modified.year, modified.month, modified.day)
    return max((line.on for line in document.lines), default=date.min)


@dataclass(kw_only=True)
class Documents:
    """The documents of one workspace; what is asked for by a code often is found by it at once."""

    books: Books
    _indexes: dict[tuple[str, str], Index] = field(default_factory=dict)

    def every(self, entity: str) -> Iterable[Any]:
        """Return all of an entity, in the order of their keys."""
        return sorted(collections(self.books)[entity], key=lambda one: key(entity, one))

    def having(self, readable: Readable, name: str, value: str) -> Iterator[Any]:
        """Return those whose header field has this text, whatever its case."""
        column = readable.fields.index(name)
        shape, collection = SHAPES[readable.entity], collections(self.books)[readable.entity]
        index = self._indexes.setdefault(
            (readable.entity, name), Index(collection=collection, value=lambda one: shape.header(one)[column])
        )
        for place in index.places(value):
            document = collection.documents[place]
            if str(shape.header(document)[column]).casefold() == value.casefold():
                yield document


def header(readable: Readable, document: Any) -> dict[str, Cell]:  # noqa: ANN401  any document
    """Return the fields of a document's header by name."""
    return dict(zip(readable.fields, SHAPES[readable.entity].header(document), strict=True))


def lines(readable: Readable, document: Any) -> list[dict[str, Cell]]:  # noqa: ANN401  any document
    """Return the fields of each of its lines."""
    shape = SHAPES[readable.entity]
    return [dict(zip(readable.child_fields, shape.line(one), strict=True)) for one in shape.lines(document)]


def dataset(readable: Readable, documents: Sequence[Any], spelling: Spelling) -> etree._Element:
    """Write documents as rows of their tables, lines inside."""
    whole = spelling.element(readable.dataset)
    whole.extend([row(readable, one, spelling) for one in documents])
    return whole


def row(
    readable: Readable,
    document: Any,  # noqa: ANN401  any document
    spelling: Spelling,
    extra: Iterable[tuple[str, Cell]] = (),
) -> etree._Element:
    """Write one document."""
    below = [spelling.row(readable.child, one.items()) for one in lines(readable, document)]
    return spelling.row(readable.header, [*header(readable, document).items(), *extra], below)


def compared(cell: Cell, operator: str, given: str) -> bool:
    """Compare as Progress does: text without regard to case, numbers as numbers; a null is equal to nothing."""
    if cell is None:
        return False
    mine: Any
    theirs: Any
    if isinstance(cell, bool):
        mine, theirs = cell, given.casefold() in {"true", "yes"}
    elif isinstance(cell, int | Decimal):
        mine, theirs = Decimal(cell), Decimal(given or 0)
    else:
        mine, theirs = cell.casefold(), given.casefold()
    return bool(_OPERATORS[operator](mine, theirs))


_OPERATORS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "=": lambda mine, given: mine == given,
    "<>": lambda mine, given: mine != given,
    ">": lambda mine, given: mine > given,
    ">=": lambda mine, given: mine >= given,
    "<": lambda mine, given: mine < given,
    "<=": lambda mine, given: mine <= given,
    "BEGINS": lambda mine, given: str(mine).startswith(str(given)),
}
OPERATORS: Final = {
    **{sign: sign for sign in _OPERATORS},
    "EQ": "=",
    "NE": "<>",
    "GT": ">",
    "GE": ">=",
    "LT": "<",
    "LE": "<=",
}
