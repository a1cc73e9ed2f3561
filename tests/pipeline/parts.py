"""Flows of made-up documents: parts, orders, and claims, whose source wants to know how each ended."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from connector.domain.errors import Malformed
from connector.domain.flow import Flow, Mapped, Side
from connector.domain.gate import CodeNeed, Known, LinkNeed, LinkState, Needs
from connector.domain.outcome import Outcome, Park, Skip, Stands, Wait

if TYPE_CHECKING:
    from collections.abc import Mapping

PART = "parts"
ORDER = "orders"
CLAIMS = "claims"
#: how often what is unmatched is read again
RECHECK = dt.timedelta(hours=1)


def _parse(payload: Mapping[str, Any]) -> Mapping[str, Any]:
    if payload.get("broken"):
        raise Malformed("The part has no shape; correct it in the source.")
    if payload.get("bug"):
        raise ZeroDivisionError
    return payload


def _needs(part: Mapping[str, Any], _options: Mapping[str, Any]) -> Needs:
    links = (LinkNeed(flow=ORDER, key=part["order"]),) if "order" in part else ()
    codes = (CodeNeed(table="units", code=part["unit"]),) if "unit" in part else ()
    return Needs(links=links, codes=codes)


def _map(part: Mapping[str, Any], known: Known, options: Mapping[str, Any]) -> Mapped | Outcome:
    if part.get("unmatched"):
        return Wait(gate="a match", why="not matched yet", due=RECHECK, reread=True)
    if part.get("skip"):
        return Skip(reason="parts like this stay where they are")
    if part.get("stands"):
        return Stands(reason="nothing has changed that it is told")
    missing = [need for need in _needs(part, options).codes if known.code(need.table, need.code) is None]
    if missing:
        return Park(missing=tuple(missing))
    if "order" in part and known.link(ORDER, part["order"]).state is not LinkState.LINKED:
        return Wait(gate=f"order {part['order']}", why="not there yet", needs=_needs(part, options).links)
    return Mapped(
        key=part.get("number", part.get("filed_as", part["part"])), body={"amount": part.get("amount", "1.00")}
    )


def a_flow(name: str) -> Flow[Any]:
    return Flow(
        name=name,
        kind="test",
        title=name.title(),
        source=Side(system="a", entity=name),
        target=Side(system="b", entity=name),
        schedule="every 5m",
        options={},
        parse=_parse,
        key_field="part",
        needs=_needs,
        map=_map,
    )


FLOWS = {name: a_flow(name) for name in (PART, ORDER)} | {
    CLAIMS: replace(a_flow(CLAIMS), confirms=True, updates=False, identity_field="doc")
}
