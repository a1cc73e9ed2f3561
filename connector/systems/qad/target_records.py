"""A posting as QAD's coded components take it: our body under QAD's names, days with a time, amounts as numbers.

An invoice in mode INITIAL goes without tax and without posting lines, which is what QAD recommends for integrations:
tax stands in its comment, and accounts payable finishes it in QAD. In mode FULL both go with it. In both modes the
order lines it bills go along, for the receiver matching.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from connector.domain.errors import Malformed
from connector.domain.money import spelled
from connector.systems.qad.documents.postings import InvoiceMode, Party

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from connector.domain.exchange import Outgoing
    from connector.systems.qad.target_names import Lines, Posting

Record = dict[str, Any]
Body = Mapping[str, Any]
_AMOUNTS = frozenset(["amount", "base", "credit", "debit", "quantity", "tax_total", "total", "unit_price"])
_DAYS = frozenset(["due_date", "invoice_date", "posting_date"])


def submission(posting: Posting, document: Outgoing) -> Record:
    """The whole request body that creates the posting."""
    if posting.name == "journal_entries":
        record = _journal_entry(posting, document)
    else:
        record = _supplier_invoice(posting, document)
    return {posting.resource: [{**record, "dataOperation": "C", "concurrencyHash": ""}], "supplementaryMessages": []}


def total(document: Outgoing) -> Decimal:
    """What the posting amounts to: the invoice's total, the debits of a journal entry."""
    if document.entity == "journal_entries":
        return sum((number(line.get("debit"), "debit") for line in document.body["lines"]), Decimal(0))
    return number(document.body.get("total"), "total")


def number(value: object, name: str) -> Decimal:
    """An amount of a body, exact; nothing is zero. Raises Malformed."""
    if value in (None, ""):
        return Decimal(0)
    try:
        found = Decimal(value) if isinstance(value, str | int | Decimal) else None
    except InvalidOperation:
        found = None
    if found is None or not found.is_finite():
        raise Malformed(f"A posting for QAD has {value!r} as {name.replace('_', ' ')}, which is no amount.")
    return found


def _journal_entry(posting: Posting, document: Outgoing) -> Record:
    body = document.body
    head = {**body, "key": document.key, "correlation": document.correlation_id}
    lines = [_journal_line(place, line, body) for place, line in enumerate(body["lines"], start=1)]
    return _named(posting.fields, head) | _collected(posting, {"lines": lines})


def _journal_line(place: int, line: Body, body: Body) -> Body:
    """A line names an account, or the supplier whose account QAD knows."""
    about = line.get("party") if line.get("party_type") == Party.SUPPLIER else None
    return {**line, "line": place, "currency": body["currency"], "supplier_code": about}


def _supplier_invoice(posting: Posting, document: Outgoing) -> Record:
    body, full = document.body, document.body.get("mode") == InvoiceMode.FULL
    orders = list(dict.fromkeys(filter(None, body.get("order_numbers") or ())))
    taxes = list(body.get("taxes") or ()) if full else []
    head = {
        **body,
        "taxable": bool(taxes),
        "tax_total": sum((number(tax.get("amount"), "tax amount") for tax in taxes), Decimal(0)) if full else None,
        "order_number": orders[0] if orders else None,
        "comment": body.get("comment") if full else _comment(body),
        "correlation": document.correlation_id,
    }
    collections = {
        "lines": list(body.get("lines") or ()) if full else [],
        "taxes": taxes,
        "orders": [{"order_number": order} for order in orders],
        "matching": _to_match(body.get("lines") or ()),
    }
    return _named(posting.fields, head) | _collected(posting, collections)


def _comment(body: Body) -> str:
    """Tax that an initial invoice cannot carry is told to the person who completes it in QAD."""
    return "\n".join(filter(None, [str(body.get("comment") or ""), *_taxes(body)]))


def _to_match(lines: Iterable[Body]) -> list[Body]:
    """What of which order line is billed, however many accounts its cost is split over."""
    merged: dict[tuple[str, ...], Record] = {}
    for line in lines:
        receiver = ",".join(line.get("receipt_numbers") or ())
        place = (str(line.get("order_number") or ""), str(line.get("order_line") or ""), receiver)
        if not place[0]:
            continue
        known = merged.setdefault(place, {**line, "receiver": receiver, "quantity": Decimal(0), "amount": Decimal(0)})
        for name in ("quantity", "amount"):
            known[name] += number(line.get(name), name)
    return list(merged.values())


def _taxes(body: Body) -> Iterator[str]:
    currency = str(body.get("currency", ""))
    for tax in body.get("taxes") or ():
        base = number(tax.get("base"), "base")
        of = f" on {spelled(base, currency)}" if base else ""
        account = f" to account {tax['account']}" if tax.get("account") else ""
        yield f"Tax {tax.get('tax_code', '')}: {spelled(number(tax.get('amount'), 'amount'), currency)}{of}{account}"


def _collected(posting: Posting, rows: Mapping[str, Iterable[Body]]) -> Record:
    return {
        collection.collection: named
        for ours, collection in posting.lines.items()
        if (named := [_line(collection, row) for row in rows.get(ours, ())])
    }


def _line(collection: Lines, row: Body) -> Record:
    return _named(collection.fields, row)


def _named(fields: Mapping[str, str], values: Body) -> Record:
    """Under QAD's names; what is blank is left out, so that QAD fills in its own default."""
    named = {theirs: _value(ours, values.get(ours)) for ours, theirs in fields.items()}
    return {name: value for name, value in named.items() if value not in (None, "")}


def _value(ours: str, value: object) -> object:
    if value in (None, ""):
        return None
    if ours in _AMOUNTS:
        return number(value, ours)
    return f"{value}T00:00:00.000Z" if ours in _DAYS else value
