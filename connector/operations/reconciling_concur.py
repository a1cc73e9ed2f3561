"""Reconciliation of the second integration: SAP Concur's truth against QAD's books, QAD's masters against Concur."""

from __future__ import annotations

from collections import Counter, defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from connector.operations.reconciling import Compared

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping


def reconcile(qad: Mapping[str, Any], concur: Mapping[str, Any]) -> list[Compared]:
    """Compare what the two simulators hold, flow by flow."""
    holds = concur["holds"]
    orders = [key for key, order in qad["holds"]["orders"].items() if key in qad["expected"]["orders"] and order]
    objects = [key for key, one in qad["holds"]["cost_objects"].items() if one["active"]]
    return [
        _arrived(
            "qad_suppliers_to_concur", qad["expected"]["companies"], {key.split("|")[0] for key in holds["vendors"]}
        ),
        _arrived(
            "qad_cost_objects_to_concur",
            [f"{_plural(kind)}|{code}" for kind, _, code in (key.partition("|") for key in objects)],
            {key for key, item in holds["list_items"].items() if not item["deleted"]},
        ),
        _arrived("qad_orders_to_concur", orders, holds["purchase_orders"]),
        _invoices(qad, concur),
        _journals("concur_expenses_to_qad", concur["expected"]["expenses"], qad, concur),
        _journals("concur_cash_advances_to_qad", concur["expected"]["cash_advances"], qad, concur),
    ]


def _plural(kind: str) -> str:
    return f"{kind}s"


def _arrived(flow: str, wanted: Iterable[str], there: Collection[str]) -> Compared:
    keys = sorted(set(wanted))
    missing = tuple(key for key in keys if key not in there)
    return Compared(
        flow=flow, expected=len(keys), found=len(keys) - len(missing), missing=missing, twice=(), wrong=(), uncalled=()
    )


def _invoices(qad: Mapping[str, Any], concur: Mapping[str, Any]) -> Compared:
    """Each invoice once, with its total, and Concur told; one whose order was not received yet must not be there."""
    received = qad["holds"]["receipts"]
    wanted = {
        facts["key"]: facts
        for facts in concur["expected"]["invoices"].values()
        if all(order in received for order in facts["orders"])
    }
    posted = list(qad["holds"]["supplier_invoices"].values())
    times = Counter(_invoice_key(one) for one in posted)
    totals = {_invoice_key(one): Decimal(one["total"]) for one in posted}
    return Compared(
        flow="concur_invoices_to_qad",
        expected=len(wanted),
        found=sum(key in times for key in wanted),
        missing=tuple(sorted(key for key in wanted if key not in times)),
        twice=_above_one(times),
        wrong=tuple(
            sorted(
                key
                for key, facts in wanted.items()
                if key in totals and (abs(totals[key]) != abs(Decimal(facts["total"])) or not facts["posted"])
            )
        ),
        uncalled=tuple(sorted(key for key in times if key not in wanted)),
    )


def _invoice_key(invoice: Mapping[str, Any]) -> str:
    number = "".join(invoice["reference"].split()).upper()
    return f"{invoice['supplier']}|{number}|{invoice['type']}"


def _journals(flow: str, wanted: Mapping[str, Any], qad: Mapping[str, Any], concur: Mapping[str, Any]) -> Compared:
    """Each report once, balanced, with its own amounts on each account, and Concur told."""
    entries = defaultdict(list)
    for entry in qad["holds"]["journal_entries"].values():
        entries[entry["reference"]].append(entry)
    return Compared(
        flow=flow,
        expected=len(wanted),
        found=sum(key in entries for key in wanted),
        missing=tuple(sorted(key for key in wanted if key not in entries)),
        twice=tuple(sorted(key for key in wanted if len(entries.get(key, ())) > 1)),
        wrong=tuple(
            sorted(
                key
                for key, facts in wanted.items()
                if key in entries and not _agrees(entries[key][0], facts, concur["codes"])
            )
        ),
        uncalled=(),
    )


def _agrees(entry: Mapping[str, Any], facts: Mapping[str, Any], codes: Mapping[str, Any]) -> bool:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for line in entry["lines"]:
        sums[line["account"]] += Decimal(line["debit"]) - Decimal(line["credit"])
    due: dict[str, Decimal] = defaultdict(Decimal)
    for name, amount in facts["totals"].items():
        kind, _, code = name.partition("|")
        table = {"payee": "payees", "tax": "tax_accounts"}.get(kind)
        due[codes[table][code] if table else code] += Decimal(amount)
    same = {key: value for key, value in sums.items() if value} == {key: value for key, value in due.items() if value}
    return same and sum(sums.values()) == 0 and bool(facts["posted"])


def _above_one(times: Mapping[str, int]) -> tuple[str, ...]:
    return tuple(sorted(key for key, count in times.items() if count > 1))
