"""Dependencies: the documents that must be in the target before another one may go there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

from connector.domain.gate import LinkState
from connector.domain.outcome import Bury, Park, Wait

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from connector.domain.gate import CodeNeed, Known, LinkNeed

#: a sentence lists at most so many documents by name
_MOST_NAMED = 8


@dataclass(frozen=True, kw_only=True)
class Dependency:
    """A document another one needs in the target."""

    need: LinkNeed
    #: as a person says it: "supplier 10023"
    label: str


def unmet(dependencies: Iterable[Dependency], known: Known, *, of: str, source: str, target: str) -> Wait | Bury | None:
    """What to do while dependencies are not in the target: wait for all of them at once, or give up; None when all are.

    ``of`` is the dependent document as a person says it; ``source`` and ``target`` are the systems' titles.
    """
    waiting: list[Dependency] = []
    never: list[str] = []
    reasons: list[str] = []
    for dependency in dict.fromkeys(dependencies):
        label = dependency.label
        match known.link(dependency.need.flow, dependency.need.key).state:
            case LinkState.LINKED:
                continue
            case LinkState.SKIPPED:
                never.append(label)
                continue
            case LinkState.ABSENT:
                reasons.append(f"{label} was not read from {source} yet and is fetched now")
            case LinkState.UNDER_WAY:
                reasons.append(f"{label} is on its way to {target}")
            case LinkState.FAILED:
                reasons.append(f"the record of {label} is a dead letter: repair and requeue it, see `dead list`")
            case _ as state:
                assert_never(state)
        waiting.append(dependency)
    if never:
        return Bury(
            code="dependency_skipped",
            reason=f"{of} needs {_listed(never)} in {target}, but this integration does not send it there.",
            suggestion=f"See with `record list` why it was skipped; correct it in {source}, then requeue this.",
        )
    if not waiting:
        return None
    return Wait(
        gate=f"{_listed([dependency.label for dependency in waiting])} in {target}",
        why=f"{of} waits: {_listed(reasons, '; ')}.",
        needs=tuple(dependency.need for dependency in waiting),
    )


def uncoded(needs: Iterable[CodeNeed], known: Known) -> Park | None:
    """Park for every code without a crosswalk row, all of them at once; None when there is a row for each."""
    missing = tuple(need for need in dict.fromkeys(needs) if known.code(need.table, need.code) is None)
    return Park(missing=missing) if missing else None


def _listed(names: Sequence[str], between: str = ", ") -> str:
    more = len(names) - _MOST_NAMED
    return between.join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
