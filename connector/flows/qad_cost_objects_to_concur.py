"""GL accounts, cost centres, projects: each becomes an item of the list people choose from in Concur.

Kinds that the option ``levels`` names share the connected list, each below the one before: company, cost centre,
project. Where one stands is read from QAD, or set in the crosswalk ``places``. What is inactive or deleted in QAD is
deleted in Concur, and so is a place it left. What is read here is also what Concur's documents are checked against
before they are posted: a kind that is not sent is still read.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from connector.domain import option
from connector.domain.dependency import Dependency, unmet
from connector.domain.errors import ConfigurationError
from connector.domain.flow import Flow, Mapped, Option, Side
from connector.domain.gate import CodeNeed, LinkState, Needs
from connector.domain.outcome import Bury, Incomplete, Skip
from connector.domain.sentence import capital
from connector.posting import codes_without_case
from connector.systems.concur.documents import bodies
from connector.systems.concur.documents.bodies import ListKind
from connector.systems.qad import documents as qad
from connector.systems.qad.documents import cost_objects
from connector.systems.qad.documents.cost_objects import CostObject, CostObjectKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from connector.domain.gate import Known
    from connector.domain.outcome import Outcome

    #: codes on the way to an item, from the top of its list
    Path = tuple[str, ...]

_NAME = "qad_cost_objects_to_concur"
_PLACES = "places"
_LISTS = {
    CostObjectKind.ACCOUNT: ListKind.ACCOUNTS,
    CostObjectKind.COST_CENTRE: ListKind.COST_CENTRES,
    CostObjectKind.PROJECT: ListKind.PROJECTS,
    CostObjectKind.COMPANY: ListKind.COMPANIES,
}
_CALLED = {
    CostObjectKind.ACCOUNT: "GL account",
    CostObjectKind.COST_CENTRE: "cost centre",
    CostObjectKind.PROJECT: "project",
    CostObjectKind.COMPANY: "company",
}
#: from the top of the connected list; any of them may be left out
_LEVELS = (CostObjectKind.COMPANY, CostObjectKind.COST_CENTRE, CostObjectKind.PROJECT)

OPTIONS: Mapping[str, Option] = {
    "kinds": Option(
        default=[kind.value for kind in (CostObjectKind.ACCOUNT, CostObjectKind.COST_CENTRE, CostObjectKind.PROJECT)],
        help="What is sent to Concur's lists: account, cost_centre, project, company; the others are read for checking "
        "only.",
    ),
    "levels": Option(
        default=[],
        help="The kinds that are sent to the connected list, each below the one before: company, cost_centre, project, "
        "any of which may be left out; empty: each kind has a list of its own.",
    ),
}


def _levels(options: Mapping[str, Any]) -> tuple[CostObjectKind, ...]:
    named = option.names("levels", options, OPTIONS)
    levels = tuple(kind for kind in _LEVELS if kind.value in named)
    if tuple(kind.value for kind in levels) != named:
        raise ConfigurationError(
            f"Option levels is {', '.join(named)[:40]!r}, but company, cost_centre, project are expected in this "
            "order, any of which may be left out; correct it with `apply`.",
            option="levels",
        )
    return levels


def _above(item: CostObject, options: Mapping[str, Any]) -> tuple[CostObjectKind, ...]:
    """The kinds that stand above this one in the connected list; none where it is not connected."""
    levels = _levels(options)
    return levels[: levels.index(item.kind)] if item.kind in levels else ()


def needs(item: CostObject, options: Mapping[str, Any]) -> Needs:
    """Whether Concur has it already, and where it stands."""
    codes = (CodeNeed(table=_PLACES, code=item.cost_object),) if _above(item, options) else ()
    return Needs(links=(codes_without_case.need(_NAME, item.cost_object),), codes=codes)


def second_needs(item: CostObject, known: Known, options: Mapping[str, Any]) -> Needs:
    """What it stands below."""
    above = _above(item, options)
    return Needs(links=tuple(one.need for one in _dependencies(above, _places(item, known, above))))


def _dependencies(above: tuple[CostObjectKind, ...], places: Iterable[Path]) -> list[Dependency]:
    ways = dict.fromkeys(step for place in places for step in zip(above, place, strict=False))
    return [
        Dependency(need=codes_without_case.need(_NAME, cost_objects.key(kind, code)), label=f"{_CALLED[kind]} {code}")
        for kind, code in ways
    ]


def _places(item: CostObject, known: Known, above: tuple[CostObjectKind, ...]) -> list[Path]:
    """Where it stands, by the crosswalk or else by QAD; a place that is not whole is shorter or longer than it must."""
    row = known.code(_PLACES, item.cost_object)
    if row is not None:
        places = [[code.strip() for code in place.split("/")] for place in row.split(";")]
        return list(dict.fromkeys(tuple(filter(None, place)) for place in places))
    read = {CostObjectKind.COMPANY: item.company, CostObjectKind.COST_CENTRE: item.cost_centre}
    return [tuple(code for kind in above if (code := read[kind]))]


def map_cost_object(item: CostObject, known: Known, options: Mapping[str, Any]) -> Mapped | Outcome:
    """The list item, created, renamed or deleted."""
    label = f"{_CALLED[item.kind]} {item.code}"
    connected = item.kind in _levels(options)
    if not connected and item.kind.value not in option.codes("kinds", options, OPTIONS):
        return Skip(reason=f"Only read for checking what is posted: {label} (option kinds).")
    gone = item.deleted or not item.active
    if gone and known.link(_NAME, codes_without_case.folded(item.cost_object)).state is not LinkState.LINKED:
        return Skip(reason=f"Concur never had {label}, and in QAD it is not active.")
    kind, value = _LISTS[item.kind], item.description or item.code
    key = bodies.list_item_key(kind=kind, short_code=item.code)
    if not connected:
        body = bodies.list_item(kind=kind, short_code=item.code, value=value, deleted=gone)
        return Mapped(key=key, body=body)
    placed = _placed(item, known, _above(item, options), label=capital(label), gone=gone)
    if not isinstance(placed, dict):
        return placed
    return Mapped(key=key, body=bodies.connected_item(short_code=item.code, value=value, places=placed))


def _placed(
    item: CostObject, known: Known, above: tuple[CostObjectKind, ...], *, label: str, gone: bool
) -> dict[Path, bool] | Outcome:
    """Each of its places, and whether it is deleted there."""
    places = _places(item, known, above)
    whole = [place for place in places if len(place) == len(above)]
    stopped = _unplaced(item, known, above, places, label=label) or unmet(
        _dependencies(above, whole), known, of=label, source="QAD", target="Concur"
    )
    if stopped and not gone:
        return stopped
    now = {_as_sent(place, above, known) for place in whole}
    return {**dict.fromkeys(_held(item, known, above), True), **dict.fromkeys(now, gone)}


def _unplaced(
    item: CostObject, known: Known, above: tuple[CostObjectKind, ...], places: list[Path], *, label: str
) -> Incomplete | Bury | None:
    if all(len(place) == len(above) for place in places):
        return None
    shape = "/".join(kind.value for kind in above)
    if known.code(_PLACES, item.cost_object) is not None:
        return Bury(
            code="place_unreadable",
            reason=f'{label} stands below others in Concur, but its row in the crosswalk places is not "{shape}", or '
            'several such with "; " between.',
            suggestion="Correct the row with `crosswalk set`, then requeue.",
        )
    return Incomplete(
        missing=(CodeNeed(table=_PLACES, code=item.cost_object),),
        why=f"{label} has no {shape} in QAD to stand below in Concur; enter it there, or set the crosswalk row places "
        f"{item.cost_object!r} to it with `crosswalk set`, and the record goes on by itself.",
    )


def _as_sent(place: Path, above: tuple[CostObjectKind, ...], known: Known) -> Path:
    """The codes of a place as Concur has them: QAD takes them in any case."""
    keys = (cost_objects.key(kind, code) for kind, code in zip(above, place, strict=True))
    return tuple(codes_without_case.as_sent(known, _NAME, key).rpartition("|")[2] for key in keys)


def _held(item: CostObject, known: Known, above: tuple[CostObjectKind, ...]) -> list[Path]:
    """Where Concur has it by what the ledger knows: as ``10USACO/120/P1``, several with ``; `` between."""
    found = known.link(_NAME, codes_without_case.folded(item.cost_object)).target_id or ""
    paths = [tuple(path.split("/")) for path in found.split("; ")]
    return [path[:-1] for path in paths if len(path) == len(above) + 1 and path[-1] == item.code]


FLOW: Flow[CostObject] = Flow(
    name=_NAME,
    kind="qad-concur",
    title="Accounts, cost centres, projects",
    source=Side(system="qad", entity="cost_objects"),
    target=Side(system="concur", entity="list_items"),
    schedule="every 30m",
    options=OPTIONS,
    parse=partial(qad.parse, CostObject),
    summarise=CostObject.summarised,
    takes_away=bodies.takes_away,
    active=lambda item: item.active and not item.deleted,
    key_field="cost_object",
    codes_in_any_case=True,
    fold=codes_without_case.folded,
    crosswalks=(_PLACES,),
    needs=needs,
    second_needs=second_needs,
    map=map_cost_object,
)
