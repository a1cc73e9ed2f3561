"""What flows there are: files of ours, and what other packages bring. Nothing of the systems is loaded for that."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

from connector import flows as flow_files
from connector import plugins
from connector.domain.errors import UnknownName
from connector.flow_outlines import OUTLINES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from importlib.metadata import EntryPoint

    from connector.domain.flow import Flow

FLOWS = "ml_connector.flows"


class Outline(NamedTuple):
    """What is asked of many flows at once: of ours it is written down, so that none is loaded for it."""

    name: str
    kind: str
    version: int
    after: tuple[str, ...]


class _Placed(Protocol):
    """What has its place among flows."""

    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def after(self) -> tuple[str, ...]: ...


P = TypeVar("P", bound=_Placed)


@cache
def _flow_points() -> tuple[EntryPoint, ...]:
    return tuple(plugins.offered(FLOWS, flow_files, ":FLOW"))


@cache
def _flow(name: str) -> Flow[Any] | None:
    """The flow of this name, which is that of its file; no other is imported for it."""
    from connector.domain.flow import Flow  # noqa: PLC0415 - for those who look into a flow

    found: list[Flow[Any]] = plugins.loaded([one for one in _flow_points() if one.name == name], Flow, label="flow")
    return found[0] if found else None


def _outline(name: str) -> Outline | None:
    if name in OUTLINES:
        return Outline(name, *OUTLINES[name])
    flow = _flow(name)
    return None if flow is None else Outline(flow.name, flow.kind, flow.version, flow.after)


def _in_order(found: Iterable[P]) -> dict[str, P]:
    known = {flow.name: flow for flow in found}
    ordered = sorted(known.values(), key=lambda flow: (flow.kind, _depth(flow, known), flow.name))
    return {flow.name: flow for flow in ordered}


@cache
def _all_flows() -> tuple[Flow[Any], ...]:
    return tuple(_in_order(filter(None, (_flow(point.name) for point in _flow_points()))).values())


def _depth(flow: P, known: dict[str, P]) -> int:
    """How many flows come before this one: the order in which a first run makes sense."""
    return max((_depth(known[name], known) + 1 for name in flow.after if name in known), default=0)


def flows(kind: str | None = None) -> dict[str, Flow[Any]]:
    """Every flow by name, those that others depend on first; only one kind of integration when asked."""
    return {flow.name: flow for flow in _all_flows() if kind is None or flow.kind == kind}


def flows_of(names: Iterable[str]) -> dict[str, Flow[Any]]:
    """The flows of these names that there are, those that others depend on first; of the rest none is imported."""
    return _found(names, _flow)


def outlines_of(names: Iterable[str]) -> dict[str, Outline]:
    """The same of what is known of them without importing any of ours."""
    return _found(names, _outline)


def _found(names: Iterable[str], look: Callable[[str], P | None]) -> dict[str, P]:
    found: dict[str, P] = {}
    asked = list(names)
    while asked:  # what they come after says where they stand
        flow = look(asked.pop())
        if flow is not None and flow.name not in found:
            found[flow.name] = flow
            asked += flow.after
    return _in_order(found.values())


def kinds() -> tuple[str, ...]:
    """The kinds of integration there are."""
    return tuple(sorted({flow.kind for flow in _all_flows()}))


def flow(name: str) -> Flow[Any]:
    """The flow of this name; raises UnknownName."""
    found = _flow(name)
    if found is None:
        raise UnknownName.among("flow", name, flows())
    return found
