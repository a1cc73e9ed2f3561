"""GL accounts, cost centres and projects: each becomes an item of the list people choose from in Concur.

What is inactive or deleted in QAD is deleted in Concur. What is read here is also what Concur's documents are checked
against before they are posted: a kind that is not sent is still read.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from connector.domain import option
from connector.domain.flow import Flow, Mapped, Option, Side
from connector.domain.gate import LinkState, Needs
from connector.domain.outcome import Skip
from connector.systems.concur import bodies
from connector.systems.concur.bodies import ListKind
from connector.systems.qad import codes as qad_codes
from connector.systems.qad import documents as qad
from connector.systems.qad.cost_objects import CostObject, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.domain.gate import Known
    from connector.domain.outcome import Outcome

_NAME = "qad_cost_objects_to_concur"
_LISTS = {Kind.ACCOUNT: ListKind.ACCOUNTS, Kind.COST_CENTRE: ListKind.COST_CENTRES, Kind.PROJECT: ListKind.PROJECTS}
_CALLED = {Kind.ACCOUNT: "GL account", Kind.COST_CENTRE: "cost centre", Kind.PROJECT: "project"}

OPTIONS: Mapping[str, Option] = {
    "kinds": Option(
        default=[kind.value for kind in Kind],
        help="What is sent to Concur's lists: account, cost_centre, project; the others are read for checking only.",
    ),
}


def needs(item: CostObject, _options: Mapping[str, Any]) -> Needs:
    """Whether Concur has it already."""
    return Needs(links=(qad_codes.need(_NAME, item.cost_object),))


def map_cost_object(item: CostObject, known: Known, options: Mapping[str, Any]) -> Mapped | Outcome:
    """The list item, created, renamed or deleted."""
    called = f"{_CALLED[item.kind]} {item.code}"
    if item.kind.value not in option.words("kinds", options, OPTIONS):
        return Skip(reason=f"Only read for checking what is posted: {called} (option kinds).")
    gone = item.deleted or not item.active
    if gone and known.link(_NAME, qad_codes.folded(item.cost_object)).state is not LinkState.LINKED:
        return Skip(reason=f"Concur never had {called}, and in QAD it is not active.")
    kind = _LISTS[item.kind]
    body = bodies.list_item(kind=kind, short_code=item.code, value=item.description or item.code, deleted=gone)
    return Mapped(key=bodies.list_item_key(kind=kind, short_code=item.code), body=body)


FLOW: Flow[CostObject] = Flow(
    name=_NAME,
    kind="qad-concur",
    title="Accounts, cost centres, projects",
    source=Side(system="qad", entity="cost_objects"),
    target=Side(system="concur", entity="list_items"),
    schedule="every 30m",
    options=OPTIONS,
    parse=partial(qad.parse, CostObject),
    key_field="cost_object",
    fold=qad_codes.folded,
    needs=needs,
    map=map_cost_object,
)
