"""What happens in the simulators after the first round, each a shape that is easily got wrong.

QAD: reports are paid, freight comes on invoices that are matched now, suppliers lose what they had. Concur: cash
advances come back, and what is posted already is listed again.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    State = Mapping[str, Any]

#: how many of each; amounts that every currency has
_SOME = 3
_FREIGHT, _A_PART = "12", "1"
_EMPTIED = {"street2": "", "phone": "", "tax_id": ""}


def requests(states: Mapping[str, State]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Return what to ask of each simulator, one request after the other."""
    qad, concur = states["qad"], states["concur"]
    yield from (("qad", body) for body in in_qad(qad, concur))
    yield from (("concur", body) for body in in_concur(qad, concur))


def unpaid_reports(qad: State, concur: State) -> dict[str, Decimal]:
    """Return what QAD owes for each of Concur's expense reports in its books that nothing was paid on yet."""
    entries = qad["holds"]["journal_entries"].values()
    owed = {one["reference"]: Decimal(one["owed"]) for one in entries if not one["payments"]}
    reports = concur["expected"]["expenses"]
    return {key: amount for key, amount in owed.items() if key in reports and amount > 0}


def in_qad(qad: State, concur: State) -> list[dict[str, Any]]:
    """What to ask of QAD's simulator, one request after the other."""
    charged = _unmatched(qad)
    suppliers = [code for code, one in qad["holds"]["suppliers"].items() if not one["remit_to"]][:_SOME]
    return [
        {"reimburse": sorted(unpaid_reports(qad, concur))},
        {"charge": [{"invoice": one, "amount": _FREIGHT} for one in charged], "match": charged},
        {"entity": "suppliers", "documents": [{"code": code, **_EMPTIED} for code in suppliers]},
    ]


def in_concur(qad: State, concur: State) -> list[dict[str, Any]]:
    """What to ask of Concur's simulator: of the first advance all comes back, of others a part.

    A report that is being paid is not listed again: Concur takes news of a payment only of what is posted.
    """
    advances = _posted(concur, "cash_advances")
    parts = [{"document": one, "amount": _A_PART} for one in advances[1:]]
    paying = unpaid_reports(qad, concur)
    again = [*advances, *_posted(concur, "invoices"), *_posted(concur, "expenses", but=paying)]
    return [{"give_back": [*advances[:1], *parts]}, {"restate": {"status": "READY", "documents": again}}]


def _unmatched(qad: State) -> list[str]:
    """Invoices that wait for their match; those that came from Concur have no accounts and are none of JAGGAER's."""
    held = qad["holds"]["invoices"]
    waiting = (key for key, one in held.items() if one["order"] and all(one["accounts"]) and not one["matched"])
    return [key for key in waiting if held[key]["type"] == "INVOICE"][:_SOME]


def _posted(concur: State, kind: str, *, but: Mapping[str, Any] | None = None) -> list[str]:
    """The first documents of a kind that Concur was told are in the books, but these."""
    truth = concur["expected"][kind]
    return [one["doc_id"] for key, one in truth.items() if one["posted"] and key not in (but or {})][:_SOME]
