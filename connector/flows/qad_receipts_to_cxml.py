"""Receipts: read so that invoices of purchase orders can wait for them; nothing of them is sent to anybody.

What was received is known here as soon as its record is there. cXML has no message for it that is known to be wanted.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from connector.domain.flow import Flow, Option, Side
from connector.domain.gate import Needs
from connector.domain.outcome import Skip
from connector.posting import codes_without_case
from connector.systems.qad import documents as qad
from connector.systems.qad.documents.receipts import Receipts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.domain.flow import Mapped
    from connector.domain.gate import Known
    from connector.domain.outcome import Outcome

OPTIONS: Mapping[str, Option] = {}


def needs(_received: Receipts, _options: Mapping[str, Any]) -> Needs:
    """Nothing."""
    return Needs()


def map_receipts(received: Receipts, _known: Known, _options: Mapping[str, Any]) -> Mapped | Outcome:
    """Nothing is sent: that it was read is all."""
    number = received.order_number
    return Skip(reason=f"Something was received on purchase order {number}: its invoices need not wait any more.")


FLOW: Flow[Receipts] = Flow(
    name="qad_receipts_to_cxml",
    kind="qad-cxml",
    title="Receipts",
    source=Side(system="qad", entity="receipts"),
    target=Side(system="cxml", entity="receipts"),
    sends=False,
    schedule="every 5m",
    options=OPTIONS,
    parse=partial(qad.parse, Receipts),
    summarise=Receipts.summarised,
    key_field="order_number",
    codes_in_any_case=True,
    fold=codes_without_case.folded,
    crosswalks=(),
    needs=needs,
    map=map_receipts,
)
