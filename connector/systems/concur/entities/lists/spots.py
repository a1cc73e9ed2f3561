"""The places an item should have in a list of Concur, and how what is there differs from that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from connector.domain.errors import IN_PART, ConnectorError, NotYet
from connector.systems.concur import comparing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from connector.domain.exchange import Outgoing
    from connector.systems.concur.names import Names

GONE = "Concur does not have it any more"


@dataclass(frozen=True, kw_only=True)
class Spot:
    """Where an item should stand in a list, or stand no longer."""

    list_id: str
    #: codes of the items above it, from the top
    parents: tuple[str, ...] = ()
    short_code: str
    value: str
    deleted: bool

    @property
    def path(self) -> str:
        """As a person says it, and as the crosswalk ``places`` does."""
        return "/".join((*self.parents, self.short_code))


def spots_of(document: Outgoing, names: Names) -> tuple[Spot, ...]:
    """All places of a document's item; raises ConfigurationError while its list is not set."""
    body = document.body
    list_id = names.list_id(str(body["list"]))
    places: Sequence[Mapping[str, Any]] = body.get("places", [{"parents": (), "deleted": body.get("deleted")}])
    return tuple(
        Spot(
            list_id=list_id,
            parents=tuple(map(str, place["parents"])),
            short_code=str(body["short_code"]),
            value=str(body["value"]),
            deleted=bool(place["deleted"]),
        )
        for place in places
    )


def fields(spot: Spot) -> dict[str, str]:
    """What an item says, in SAP's names."""
    return {"shortCode": spot.short_code, "value": spot.value}


def difference(spot: Spot, there: Mapping[str, Any] | None) -> str:
    """How what stands there differs from what should; empty when it does not."""
    if spot.deleted:
        return "it is still in Concur's list." if there is not None else ""
    if there is None:
        return f"{spot.path} is not in Concur's list."
    return comparing.difference(fields(spot), there)


def target_id(document: Outgoing, all_spots: Sequence[Spot], item: str) -> str:
    """By what a person finds it: Concur's id, or, where it may have several places, these."""
    if "places" in document.body:
        item = "; ".join(spot.path for spot in all_spots if not spot.deleted)
    return item or document.key


def in_part(document: Outgoing, said: Sequence[str], error: ConnectorError) -> ConnectorError:
    """An error about one place of an item, behind what was said of others: with it, if Concur has any of those."""
    there = [one for one in said if one != GONE]
    if not there:
        return error
    what = f"{len(there)} of the places of {document.key} {'is' if len(there) == 1 else 'are'} as it should be, not all"
    return type(error)(f"{what}: {error.message}", **{**error.evidence, IN_PART: True})


def nothing_above(spot: Spot) -> NotYet:
    """An item that should stand below one that is not there."""
    return NotYet(
        f"Concur's list {spot.list_id} has no {'/'.join(spot.parents)}, below which {spot.short_code} belongs; it is "
        "tried again. If it stays, correct where it stands in QAD or in the crosswalk places.",
    )
