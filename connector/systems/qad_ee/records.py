"""A posting as QAD Financials take it: the tables of a class, rows linked by number, blanks left out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from connector.domain.errors import Refused
from connector.domain.money import rounded, spelled
from connector.reading.fields import shortened
from connector.systems.qad.documents.postings import InvoiceMode, InvoiceType
from connector.systems.qad.entities.amounts import number
from connector.systems.qad_ee import soap

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from decimal import Decimal

    from lxml import etree

    from connector.systems.qad.entities.writer import Body, Record
    from connector.systems.qad_ee.posting_names import Posting, Table

_AMOUNTS = frozenset(
    ["amount_credit", "amount_debit", "base_credit", "base_debit", "credit", "credit_total", "debit", "debit_total"]
)
#: what a posting is found again by
_SOUGHT = ("reference", "supplier_code", "key")
#: what a tax of a supplier's invoice is to QAD
_INPUT, _INVOICE_TAX = "INPUT", "22"
_NUMBERS = _AMOUNTS | {"quantity", "unit_price"}


@dataclass(frozen=True, kw_only=True)
class Submission:
    """What is sent."""

    api: str
    version: str
    content: tuple[etree._Element, ...] = field(repr=False)
    #: what a person should know although it is sent
    remarks: tuple[str, ...] = ()


def submission(
    posting: Posting, record: Record, *, domain: str, matching: bool, lengths: Mapping[str, int]
) -> Submission:
    """Return the QDoc that creates the posting; raises Refused for a value that QAD would cut."""
    body = {**record.head, **_totals(record.head), "invoice_type": posting.types.get(_type(record.head), "")}
    to_match, remarks = _matched(record, wanted=matching and posting.matching is not None)
    tables = [
        (table, [{"line": at, **_row(row, record.head, domain)} for at, row in enumerate(rows, start=1)])
        for ours, table in posting.tables.items()
        for rows in (record.collections.get(ours, ()),)
    ]
    api, version, dataset, element = posting.api, posting.version, posting.dataset, posting.head.element
    if to_match and posting.matching is not None:
        known = posting.matching
        api, version, dataset, element = known.api, known.version, known.dataset, known.element
        costs = [line for line in record.collections.get("lines", ()) if not line.get("order_number")]
        tables = [(table, rows) for table, rows in tables if table is not posting.tables.get("lines")]
        tables += [
            # More may be billed of the same receiver later: finished, QAD would post what is left to variance.
            (known.lines, [{**row, "finished": False} for row in to_match]),
            (known.costs, [_row(line, record.head, domain) for line in costs]),
        ]
    _check_lengths(body, tables, posting.head, lengths)
    head = _table(posting, element, posting.head.fields, body, at=1, parent="")
    at = 1
    for table, rows in tables:
        at = _add(posting, head, table, rows, at)
    context = _context(posting, str(record.head["entity"]))
    return Submission(api=api, version=version, content=(soap.qdoc(dataset, context, head),), remarks=remarks)


def _type(head: Body) -> str:
    return str(head.get("invoice_type") or "")


def _totals(head: Body) -> dict[str, object]:
    """The total of an invoice is its credit, that of a credit note its debit."""
    if "total" not in head:
        return {}
    return {"debit_total" if _type(head) == InvoiceType.CREDIT_NOTE else "credit_total": head["total"]}


def _row(row: Body, head: Body, domain: str) -> dict[str, Any]:
    """A line of an invoice, with its amount on its side: not that of the total, unless it is less than nothing."""
    sides = ("credit", "debit") if _type(head) == InvoiceType.CREDIT_NOTE else ("debit", "credit")
    amounts = {ours: number(row[ours], ours) for ours in ("amount", "base") if ours in row}
    sided = {f"{ours}_{sides[amount < 0]}": abs(amount) for ours, amount in amounts.items()}
    words = row.get("text", row.get("description"))
    return {**row, **sided, "domain": domain, "text": words, "direction": _INPUT, "transaction": _INVOICE_TAX}


def _matched(record: Record, *, wanted: bool) -> tuple[list[Body], tuple[str, ...]]:
    """What is matched to receivers with the invoice; and what a person has to match, because it is not certain."""
    every = record.collections.get("matching", ())
    rows = [row for row in every if row.get("receiver")]
    if not wanted or record.head.get("mode") != InvoiceMode.FULL or not rows:
        return [], ()
    why = next(filter(None, (_unmatchable(row, record.head) for row in rows)), "")
    if not why and len(rows) != len(every):
        why = "it has an order line without a receiver"
    return (rows, ()) if not why else ([], (f"not matched to receivers here, because {why}: match it in QAD",))


def _unmatchable(row: Body, head: Body) -> str:
    """Why QAD could not be told for certain what of a receiver is billed."""
    if _type(head) == InvoiceType.CREDIT_NOTE:
        return "it is a credit note"
    if "," in str(row["receiver"]):
        return f"it has receivers {row['receiver']} for one order line"
    currency = str(head.get("currency") or "")
    quantity, price, amount = (number(row.get(name), name) for name in ("quantity", "unit_price", "amount"))
    if not quantity or rounded(quantity * price, currency) != rounded(amount, currency):
        place = f"line {row.get('order_line')} of order {row.get('order_number')}"
        return f"quantity times price of {place} is not the amount of {spelled(amount, currency)}"
    return ""


def _check_lengths(
    head: Body, tables: Iterable[tuple[Table, Sequence[Body]]], named: Table, lengths: Mapping[str, int]
) -> None:
    """QAD cuts what is too long, and says so in a warning at most. What a posting is found by must stay as it is."""
    for ours in _SOUGHT:
        sought = str(head.get(ours) or "")
        if (soap.qdoc(ours, sought).text or "") != sought:
            raise Refused(
                f"The {ours.replace('_', ' ')} {shortened(sought)} has a character that XML cannot hold, so nothing "
                "was sent; correct it in the source.",
                field=ours,
            )
    for fields, row in [(named.fields, head), *((table.fields, row) for table, rows in tables for row in rows)]:
        for ours, most in lengths.items():
            value = row.get(ours)
            if ours in fields and isinstance(value, str) and len(value) > most:
                raise Refused(
                    f"The {ours.replace('_', ' ')} {shortened(value)} has {len(value)} characters and QAD takes "
                    f"{most}, so "
                    "nothing was sent; correct it in the source or in the crosswalk.",
                    field=ours,
                )


def _context(posting: Posting, entity: str) -> etree._Element:
    named = posting.context
    return soap.qdoc(
        named["table"],
        soap.qdoc(named["entity"], entity),
        soap.qdoc(named["release"], named["release_value"]),
        soap.qdoc(named["activity"], named["activity_value"]),
        soap.qdoc(named["partial"], named["partial_value"]),
        soap.qdoc(named["exceptions"]),
    )


def _add(posting: Posting, head: etree._Element, table: Table, rows: Sequence[Body], at: int) -> int:
    """Add the rows of a table below the head, or below an element in between; returns the last number given."""
    if not rows:
        return at
    above, parent = head, 1
    *between, element = table.element.split("/")
    for name in between:
        at += 1
        above.append(_table(posting, name, {}, {}, at=at, parent=str(parent)))
        above, parent = above[-1], at
    for row in rows:
        at += 1
        above.append(_table(posting, element, table.fields, row, at=at, parent=str(parent)))
    return at


def _table(
    posting: Posting, element: str, fields: Mapping[str, str], row: Body, *, at: int, parent: str
) -> etree._Element:
    """Return a row of a table in the order of its names, with its number and that of the row it belongs to."""
    named = ((theirs, _value(ours, row.get(ours))) for ours, theirs in fields.items())
    return soap.qdoc(
        element,
        *(soap.qdoc(theirs, text) for theirs, text in named if text),
        soap.qdoc(posting.rows, str(at)),
        soap.qdoc(posting.parents, parent),
    )


def _value(ours: str, value: object) -> str:
    """Return a value as QDocs have it; empty for what is blank, which is left out so that QAD fills in its default."""
    if value in (None, ""):
        return ""
    if ours in _NUMBERS:
        amount = number(value, ours)
        return _spelled(amount) if amount or ours in ("credit_total", "debit_total") else ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _spelled(amount: Decimal) -> str:
    """With two decimals at least, and all that it has."""
    exponent = amount.normalize().as_tuple().exponent
    decimals = max(2, -exponent) if isinstance(exponent, int) else 2
    return f"{amount:.{decimals}f}"
