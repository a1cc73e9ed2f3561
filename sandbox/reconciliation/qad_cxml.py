"""The sides of QAD and a supplier network: QAD's orders and payments, and what suppliers know and bill."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from sandbox.reconciliation.sides import Sides

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    Facts = Mapping[str, Any]

SYSTEMS = ("qad", "cxml")
_TYPES = {"invoice": "INVOICE", "credit": "CREDITNOTE"}
_ABOUT_MONEY = frozenset({"paying", "paid"})
_MONEY_LEFT = frozenset({"Paid", "Paid Conditionally"})

#: receipts are read so that invoices can wait for them, and go nowhere
_RECEIPTS = Sides(flow="qad_receipts_to_cxml", wanted=())


def sides(qad: Facts, cxml: Facts) -> list[Sides]:
    """What the two simulators hold, flow by flow."""
    return [_orders(qad, cxml), _RECEIPTS, _notices(cxml), _invoices(qad, cxml), _payments(qad, cxml)]


def _orders(qad: Facts, cxml: Facts) -> Sides:
    """Each order once at its supplier, with its sums; a cancelled one is not there, or was deleted."""
    wanted = {key: qad["holds"]["orders"][key] for key in qad["expected"]["orders"] if key in qad["holds"]["orders"]}
    held = {key: one for key, one in cxml["holds"]["orders"].items() if not one["seeded"]}
    return Sides(
        flow="qad_orders_to_cxml",
        wanted=wanted,
        there={key: max(one["copies"], 1) for key, one in held.items()},
        wrong=[key for key, one in wanted.items() if key in held and not _order_agrees(one, held[key])],
        tolerated=[key for key, one in held.items() if one["deleted"]],
    )


def _order_agrees(order: Facts, held: Facts) -> bool:
    """What its lines cost is to the last digit the same; the total it names may be rounded to the currency."""
    same = (held["currency"], len(held["lines"])) == (order["currency"], order["lines"])
    due, lines, named = Decimal(order["total"]), Decimal(held["lines_total"]), Decimal(held["total"])
    return same and not held["deleted"] and lines == due and abs(named - due) < 1


def _notices(cxml: Facts) -> Sides:
    """Confirmations and ship notices change nothing in QAD: each must have been taken, and no false one."""
    held = cxml["holds"]["notices"]
    return Sides(
        flow="cxml_confirmations_to_qad",
        wanted=set(cxml["expected"]["notices"]),
        there={number: 1 for number, one in held.items() if one["delivered"]},
    )


def _invoices(qad: Facts, cxml: Facts) -> Sides:
    """Each invoice once in the books with its sums and order lines, as soon as what it is for was received.

    What was spoiled must not be there. What its supplier took back may be: it can have been too late.
    """
    wanted = _by_posting(cxml["expected"]["invoices"], qad, received=True)
    posted = _posted(qad, cxml)
    times: Counter[str] = Counter()
    for key, one in posted:
        times[key] += one["copies"]
    return Sides(
        flow="cxml_invoices_to_qad",
        wanted=wanted,
        there=times,
        wrong={key for key, one in posted if key in wanted and not _invoice_agrees(wanted[key], one)},
        tolerated=set(_by_posting(cxml["expected"]["cancelled_invoices"], qad)),
    )


def _invoice_agrees(wanted: Facts, posted: Facts) -> bool:
    same_sum = abs(Decimal(posted["total"])) == abs(Decimal(wanted["total"]))
    billed = {(line["order"], line["order_line"]) for line in wanted["lines"] if line["order_line"]}
    matched = {(line["order"], line["order_line"]) for line in posted["lines"] if line["order_line"]}
    # which orders are named is asked only where lines are: a credit about a whole order may be posted without it
    about = not billed or set(posted["orders"]) | {order for order, _ in matched} >= set(wanted["orders"])
    return same_sum and posted["currency"] == wanted["currency"] and about and (not matched or matched == billed)


def _payments(qad: Facts, cxml: Facts) -> Sides:
    """The last that a supplier was told of an invoice's money is where it stands in QAD's books."""
    network = _by_posting(cxml["holds"]["invoices"], qad)
    told = {key: _about_money(one) for key, one in network.items()}
    told = {key: said for key, said in told.items() if said}
    stands = (
        (
            _posting(one["supplier"], one["reference"], one["type"]),
            _stands(one, qad["holds"]["payments"].get(number, ())),
        )
        for number, one in qad["holds"]["invoices"].items()
    )
    # where money was taken back before anybody was told of it, there is nothing to tell
    stand = {key: due for key, due in stands if due is not None and key in network and (due[0] or key in told)}
    return Sides(
        flow="qad_payments_to_cxml",
        wanted=stand,
        there={key: 1 + any(one == other for one, other in pairwise(said)) for key, said in told.items()},
        wrong=[
            key for key, due in stand.items() if key in told and not _told_rightly(told[key][-1], due, network[key])
        ],
    )


def _stands(invoice: Facts, payments: Iterable[Facts]) -> tuple[str, Decimal] | None:
    """What is to be told, and how much was paid; None while there is nothing."""
    paid = sum((Decimal(one["amount"]) for one in payments if one["status"] in _MONEY_LEFT), Decimal(0))
    kinds = {"Paid": "paid", "PartiallyPaid": "paid", "InProcess": "paying"}
    # taken back: whatever a supplier is told then, it is no longer that the money is there
    status = invoice["payment_status"]
    return None if status is None else (kinds.get(status, ""), paid)


def _about_money(invoice: Facts) -> list[tuple[str, str | None]]:
    said = [(one["type"], one["amount"]) for one in invoice["told"]]
    first = next((place for place, one in enumerate(said) if one[0] in _ABOUT_MONEY), len(said))
    return said[first:]


def _told_rightly(said: tuple[str, str | None], due: tuple[str, Decimal], invoice: Facts) -> bool:
    kind, amount = said
    if not due[0]:
        return kind not in _ABOUT_MONEY
    whole = abs(Decimal(invoice["total"]))
    told = whole if amount is None else abs(Decimal(amount))
    return kind == due[0] and (kind != "paid" or told == abs(due[1]))


def _posted(qad: Facts, cxml: Facts) -> list[tuple[str, Facts]]:
    """What is in QAD's books of this network's invoices, as whatever they were posted; others may post there, too."""
    ours = {key.rpartition("|")[0] for key in _by_posting(cxml["holds"]["invoices"], qad)}
    found = [
        (_posting(one["supplier"], one["reference"], one["type"]), one)
        for one in qad["holds"]["supplier_invoices"].values()
    ]
    return [(key, one) for key, one in found if key.rpartition("|")[0] in ours]


def _by_posting(invoices: Mapping[str, Facts], qad: Facts, *, received: bool = False) -> dict[str, Facts]:
    """Invoices by the key they have in QAD: a supplier's code is the one of the order that is billed."""
    orders, receipts = qad["holds"]["orders"], qad["holds"]["receipts"]
    return {
        _posting(orders[one["orders"][0]]["supplier"], one["number"], _TYPES[one["type"]]): one
        for one in invoices.values()
        if all(order in orders and (not received or order in receipts) for order in one["orders"])
    }


def _posting(supplier: str, number: str, kind: str) -> str:
    return f"{supplier}|{''.join(number.split()).upper()}|{kind.upper()}"
