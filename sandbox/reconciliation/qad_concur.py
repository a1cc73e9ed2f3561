"""The sides of QAD and Concur: SAP Concur's truth and QAD's books, QAD's masters and Concur's."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.reconciliation.sides import Sides

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping


SYSTEMS = ("qad", "concur")
#: statuses of QAD's payments
_MONEY_LEFT = frozenset({"Paid", "Paid Conditionally"})


def sides(qad: Mapping[str, Any], concur: Mapping[str, Any]) -> list[Sides]:
    """What the two simulators hold, flow by flow."""
    holds = concur["holds"]
    orders = set(qad["expected"]["orders"]) & set(qad["holds"]["orders"])
    objects = [key for key, one in qad["holds"]["cost_objects"].items() if one["active"]]
    posted = {kind: _entries(qad, concur, kind) for kind in ("expenses", "cash_advances")}
    return [
        _vendors(qad, holds["vendors"]),
        _arrived(
            "qad_cost_objects_to_concur",
            [f"{_plural(kind)}|{code}" for kind, _, code in (key.partition("|") for key in objects)],
            {key for key, item in holds["list_items"].items() if not item["deleted"]},
        ),
        _arrived("qad_orders_to_concur", orders, holds["purchase_orders"]),
        _receipts(orders, qad["holds"]["receipts"], holds["receipts"]),
        _invoices(qad, concur),
        _journals("concur_expenses_to_qad", concur["expected"]["expenses"], posted["expenses"], concur["codes"]),
        _journals(
            "concur_cash_advances_to_qad", concur["expected"]["cash_advances"], posted["cash_advances"], concur["codes"]
        ),
        _payments(posted["expenses"], holds["expenses"]),
    ]


def _vendors(qad: Mapping[str, Any], held: Mapping[str, Any]) -> Sides:
    """Each supplier a vendor; what may be emptied in QAD, and can be read there, is empty there as well."""
    vendors = {key.split("|")[0]: vendor for key, vendor in held.items()}
    suppliers = qad["holds"]["suppliers"]
    arrived = _arrived("qad_suppliers_to_concur", qad["expected"]["companies"], vendors)
    shared = suppliers.keys() & vendors
    wrong = [code for code in shared if not _vendor_agrees(suppliers[code], vendors[code])]
    return replace(arrived, wrong=wrong)


def _vendor_agrees(supplier: Mapping[str, Any], vendor: Mapping[str, Any]) -> bool:
    fields = {"phone": "ContactPhoneNumber", "tax_id": "TaxID"}
    if not supplier["remit_to"]:
        fields["street2"] = "Address2"
    return all(supplier[ours] == vendor.get(theirs, "") for ours, theirs in fields.items() if ours in supplier)


def _plural(kind: str) -> str:
    return f"{kind}s"


def _arrived(flow: str, wanted: Iterable[str], there: Collection[str]) -> Sides:
    """Whatever else is there, somebody else may have entered."""
    return Sides(flow=flow, wanted=set(wanted), there=dict.fromkeys(there, 1), tolerated=there)


def _receipts(orders: Collection[str], received: Mapping[str, Any], held: Mapping[str, Any]) -> Sides:
    """Each order's positions, each with the sum of its entries; what was given back altogether is gone."""
    entries = ((order, line) for order, lines in received.items() for line in lines)
    wanted = _positions((order, f"{line['line']}|{line['receiver']}", line["quantity"]) for order, line in entries)
    there = _positions(
        (
            one["PurchaseOrderNumber"],
            f"{one['LineItemExternalID']}|{one['GoodsReceiptNumber']}",
            one["ReceivedQuantity"],
        )
        for one in held.values()
        if one.get("Deleted") != "true"
    )
    going = {order: positions for order, positions in wanted.items() if order in orders}
    return Sides(
        flow="qad_receipts_to_concur",
        wanted=going,
        there=dict.fromkeys(there, 1),
        wrong=[order for order, positions in going.items() if there.get(order, positions) != positions],
        tolerated=wanted,
    )


def _positions(entries: Iterable[tuple[str, str, str]]) -> dict[str, dict[str, Decimal]]:
    sums: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for order, position, quantity in entries:
        sums[order][position] += Decimal(quantity)
    kept = {order: {name: sum_ for name, sum_ in of.items() if sum_ > 0} for order, of in sums.items()}
    return {order: positions for order, positions in kept.items() if positions}


def _invoices(qad: Mapping[str, Any], concur: Mapping[str, Any]) -> Sides:
    """Each invoice once, with its total, and Concur told; one whose order was not received yet must not be there."""
    received = qad["holds"]["receipts"]
    wanted = {
        facts["key"]: facts
        for facts in concur["expected"]["invoices"].values()
        if all(order in received for order in facts["orders"])
    }
    posted = _posted(qad, concur)
    times: Counter[str] = Counter()
    for one in posted:
        times[_invoice_key(one)] += one["copies"]
    totals = {_invoice_key(one): Decimal(one["total"]) for one in posted}
    return Sides(
        flow="concur_invoices_to_qad",
        wanted=wanted,
        there=times,
        wrong=[
            key
            for key, facts in wanted.items()
            if key in totals and (abs(totals[key]) != abs(Decimal(facts["total"])) or not facts["posted"])
        ],
    )


def _posted(qad: Mapping[str, Any], concur: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What is in QAD's books of Concur's invoices, whatever became of them there; others may post there, too."""
    told = [*concur["expected"]["invoices"].values(), *concur["holds"].get("invoices", {}).values()]
    ours = {facts["key"].rpartition("|")[0] for facts in told if facts["key"]}
    posted = qad["holds"]["supplier_invoices"].values()
    return [one for one in posted if _invoice_key(one).rpartition("|")[0] in ours]


def _invoice_key(invoice: Mapping[str, Any]) -> str:
    number = "".join(invoice["reference"].split()).upper()
    return f"{invoice['supplier']}|{number}|{invoice['type']}"


def _entries(qad: Mapping[str, Any], concur: Mapping[str, Any], kind: str) -> dict[str, list[Mapping[str, Any]]]:
    """What QAD's books hold of each of Concur's documents of this kind, whatever became of it there."""
    ours = {
        f"{one['source_key']}/{doc_id}" if one.get("beside") else one["source_key"]
        for doc_id, one in concur["holds"][kind].items()
    }
    entries = defaultdict(list)
    for key, entry in qad["holds"]["journal_entries"].items():
        named = next((part for part in key.split("|") if part in ours), entry["reference"])
        if named in ours:
            entries[named].append(entry)
    return dict(entries)


def _journals(
    flow: str,
    wanted: Mapping[str, Any],
    entries: Mapping[str, list[Mapping[str, Any]]],
    codes: Mapping[str, Any],
) -> Sides:
    """Each document once, balanced, with its own amounts on each account, and Concur told."""
    return Sides(
        flow=flow,
        wanted=wanted,
        there={key: sum(one["copies"] for one in found) for key, found in entries.items()},
        wrong=[key for key, facts in wanted.items() if key in entries and not _agrees(entries[key][0], facts, codes)],
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


def _payments(entries: Mapping[str, list[Mapping[str, Any]]], reports: Mapping[str, Any]) -> Sides:
    """The last that Concur was told of each report's payments is where they stand in QAD's books."""
    told: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for report in reports.values():
        told[report["source_key"]] += [said for said in report["payments"] if said["code"] == 0]
    told = {key: said for key, said in told.items() if said}
    stand = {key: status for key, found in entries.items() if (status := _stands(found[0], told=key in told))}
    return Sides(
        flow="qad_payments_to_concur",
        wanted=stand,
        there={key: 1 + len(said) - len({tuple(one["references"]) for one in said}) for key, said in told.items()},
        wrong=[key for key, status in stand.items() if key in told and told[key][-1]["status"] != status],
    )


def _stands(entry: Mapping[str, Any], *, told: bool) -> str:
    """Completely paid, partly paid, or reversed after Concur was told of a payment; empty: there is nothing to tell."""
    paid = sum((Decimal(one["amount"]) for one in entry["payments"] if one["status"] in _MONEY_LEFT), Decimal(0))
    if paid:
        return "CP" if paid >= Decimal(entry["owed"]) else "PP"
    return "RE" if told else ""
