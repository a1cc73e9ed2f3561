"""A flow whose documents depend on codes, and on whether the target has them already."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from connector.domain.errors import Malformed
from connector.domain.flow import Mapped
from connector.domain.gate import CodeNeed, LinkNeed, LinkState, Needs
from connector.domain.outcome import Advance, Bury, Park, Skip
from connector.domain.record import State
from tests.pipeline.parts import PART, a_flow

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.domain.gate import Known
    from connector.domain.outcome import Outcome

#: what is in the target already is not mapped again
AGAIN = "again"


def _parse(part: Mapping[str, Any]) -> Mapping[str, Any]:
    if part.get("broken"):
        raise Malformed("The part has no shape; correct it in the source.")
    return part


def _needs(part: Mapping[str, Any], _options: Mapping[str, Any]) -> Needs:
    return Needs(links=(LinkNeed(flow=PART, key=part["part"]),), codes=(CodeNeed(table="units", code=part["unit"]),))


def _map(part: Mapping[str, Any], known: Known, options: Mapping[str, Any]) -> Mapped | Outcome:
    unit = known.code("units", part["unit"])
    there = known.link(PART, part["part"]).state is LinkState.LINKED
    if part.get("skip"):
        return Skip(reason="parts like this stay where they are")
    if unit == "nothing":
        return Advance(to=State.DONE, why=f"{part['part']} has nothing to send.")
    if unit is None:
        return Park(missing=_needs(part, options).codes)
    if there and part.get(AGAIN):
        return Bury(code="posted_before", reason="It is there already.", suggestion="Look there.")
    body = {"unit": unit, "change": "update" if there else "new", **({"n": part["n"]} if "n" in part else {})}
    return Mapped(key=unit if part.get("keyed") else part["part"], body=body)


CODED = replace(a_flow(PART), parse=_parse, needs=_needs, map=_map)
