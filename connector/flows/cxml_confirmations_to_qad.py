"""What suppliers answer to orders: confirmations, ship notices, and what the network says of orders it was sent.

Nothing of it is written into QAD: no way to do so is known (inferred from all that is public), so none is made up.
Each message is a record that a person finds, with what it says. One that asks for a decision is a dead letter: a
rejection, a change, a backorder, an order that did not arrive. Whoever has dealt with it in QAD discards that.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from connector.domain import option
from connector.domain.flow import Flow, Option, Side
from connector.domain.gate import Needs
from connector.domain.outcome import Bury, Skip
from connector.reading import values
from connector.systems.cxml.documents import parse
from connector.systems.cxml.documents.confirmations import Answer, Kind, Operation, SupplierMessage

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from connector.domain.flow import Mapped
    from connector.domain.gate import Known
    from connector.domain.outcome import Outcome
    from connector.systems.cxml.documents.confirmations import ConfirmedLine, Share

_MOST_NAMED = 5
_LONGEST_SHOWN = 60
_REFUSED_FROM = 400
_SHIPPED = {
    Operation.NEW: "has shipped {}",
    Operation.UPDATE: "has changed ship notice {}",
    Operation.DELETE: "has taken back ship notice {}",
}
_ANSWERS = {
    Operation.NEW: "answers",
    Operation.UPDATE: "has changed its answer into",
    Operation.DELETE: "has taken back its answer",
}
_AGREED = frozenset({Answer.ACCEPT, Answer.ALL_DETAIL, Answer.DETAIL})

OPTIONS: Mapping[str, Option] = {
    "ask_people": Option(
        default=True,
        help="Whether an answer that asks for a decision becomes a dead letter; if not, it is only recorded.",
    ),
}


def needs(_said: SupplierMessage, _options: Mapping[str, Any]) -> Needs:
    """Nothing."""
    return Needs()


def map_message(said: SupplierMessage, _known: Known, options: Mapping[str, Any]) -> Mapped | Outcome:
    """What it says; as a dead letter where somebody has to decide."""
    sentence, asks = _sentence(said), _asks(said)
    if not asks or not option.switch("ask_people", options, OPTIONS):
        return Skip(reason=f"{sentence} Nothing of it is written into QAD.")
    if said.kind is Kind.STATUS:
        return Bury(
            code="order_not_delivered",
            reason=sentence,
            suggestion="Correct the order in QAD, which sends it again, or talk to the network; then discard this.",
        )
    return Bury(
        code="supplier_asks",
        reason=sentence,
        suggestion="Enter in QAD what you agree to, or talk to the supplier; then discard this dead letter.",
    )


def _asks(said: SupplierMessage) -> bool:
    """Whether the supplier wants something else than was ordered."""
    if said.kind is Kind.STATUS:
        code = values.whole(said.code)
        return code is None or code >= _REFUSED_FROM
    if said.operation is Operation.DELETE:
        return True
    if said.kind is Kind.SHIP_NOTICE:
        return False
    # Somebody may have acted upon the answer that it changes.
    if said.operation is Operation.UPDATE:
        return True
    return said.answer not in _AGREED or any(_differs(share) for line in said.lines for share in line.parts)


def _differs(share: Share) -> bool:
    """Details say what is otherwise: a day, a price."""
    return share.answer is not Answer.ACCEPT


def _sentence(said: SupplierMessage) -> str:
    who, orders = str(said.supplier[0]), said.order_number[:_LONGEST_SHOWN] or "an order without number"
    match said.kind:
        case Kind.STATUS:
            about = said.about[:_LONGEST_SHOWN] or "a message that is not named"
            return f"{who} says {said.code or 'nothing'} about {about}{_quoted(said.comment)}."
        case Kind.SHIP_NOTICE:
            shipped = said.number[:_LONGEST_SHOWN] or "something"
            begun = f"{who} {_SHIPPED[said.operation].format(shipped)} for purchase order {orders}"
            what = _listed(said, _shipped)
        case _:
            begun = f"{who} {_ANSWERS[said.operation]} {said.answer.value} to purchase order {orders}"
            what = _listed(said, _confirmed)
    days = [f"delivery on {said.delivery_date}"] if said.delivery_date else []
    return f"{begun}{_quoted(said.comment)}{''.join(f', {one}' for one in (*days, *what))}."


def _listed(said: SupplierMessage, words: Any) -> list[str]:  # noqa: ANN401 - a function of a line
    named = [one for line in said.lines for one in words(line)]
    more = len(named) - _MOST_NAMED
    return named[:_MOST_NAMED] + ([f"and {more} more"] if more > 0 else [])


def _shipped(line: ConfirmedLine) -> Iterator[str]:
    yield f"line {line.order_line or '?'}: {_quantity(line.quantity)} {line.unit_of_measure}".rstrip()


def _confirmed(line: ConfirmedLine) -> Iterator[str]:
    for share in line.parts:
        day = f" on {share.delivery_date}" if share.delivery_date else ""
        price = f" at {share.unit_price:f} {share.currency}".rstrip() if share.unit_price is not None else ""
        quantity = _quantity(share.quantity)
        yield f"line {line.order_line or '?'}: {share.answer.value} {quantity}{day}{price}{_quoted(share.comment)}"


def _quantity(quantity: Any) -> str:  # noqa: ANN401 - a number or none
    return "an unknown quantity" if quantity is None else f"{quantity:f}"


def _quoted(words: str) -> str:
    return f' ("{words[:_LONGEST_SHOWN]}")' if words else ""


FLOW: Flow[SupplierMessage] = Flow(
    name="cxml_confirmations_to_qad",
    kind="qad-cxml",
    title="Answers to orders",
    source=Side(system="cxml", entity="confirmations"),
    target=Side(system="qad", entity="orders"),
    sends=False,
    schedule="every 5m",
    options=OPTIONS,
    parse=partial(parse, SupplierMessage),
    summarise=SupplierMessage.summarised,
    key_field="source_key",
    crosswalks=(),
    needs=needs,
    map=map_message,
)
