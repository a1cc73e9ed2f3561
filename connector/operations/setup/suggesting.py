"""What a missing code may mean in the target: suggestions, the likeliest first; a person chooses."""

from __future__ import annotations

from bisect import insort
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from connector import registry
from connector.domain.errors import ConnectorError
from connector.domain.gate import CodeNeed
from connector.operations.setup import integrations, target_codes
from connector.store import operator as ledger

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.operations.operator import Operator
    from connector.operations.setup.target_codes import Choices
    from connector.store.operator.integrations import Integration
    from connector.store.operator.transaction import OperatorTransaction

#: so many are shown
MOST = 8
#: letters of the code that a key begins with; fewer where nothing begins like that
_BEGINNINGS = (4, 2, 0)
_ENOUGH = 8
#: what the codes of a table have in common with this is chance
_ALIKE = 0.5


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """A code of the target, and why it may be the one."""

    target: str
    why: str
    #: whether it is only known from the table itself
    here: bool = False


def suggest(
    operator: Operator, integration: str | None, table: str, code: str, has: Choices | None = None
) -> list[Suggestion]:
    """What this code of a table may be called in the target; ``has`` is what ``target_codes.known`` says, if known.

    First what other integrations call it; then what the target said that it has, the closest first; then what has been
    read of the system that must know it; then what rows of the table say already. Empty where nothing is known: the
    code is typed then.
    """
    has = has or target_codes.known(operator, integration, table)
    with operator.transaction() as tx:
        of = integrations.chosen(tx, integration)
        found: dict[str, Suggestion] = {}
        for one in (
            *_elsewhere(tx, of, table, code),
            *_has(has, code),
            *_read(tx, of, table, code),
            *_said(tx, of, table, code),
        ):
            found.setdefault(one.target, one)
            if len(found) == MOST:
                break
        return list(found.values())


def _elsewhere(tx: OperatorTransaction, of: Integration, table: str, code: str) -> Iterator[Suggestion]:
    for one in ledger.suggesting.elsewhere(tx, of.id, table, code):
        yield Suggestion(target=one.target, why=f"as in {one.integration}")


def closest(has: Choices, code: str, most: int) -> list[tuple[str, str]]:
    """Of the target's own codes those that are most like this one, by code or by name.

    There may be thousands: what cannot be among the best by its length or its letters is not compared any further.
    """
    matcher, best = SequenceMatcher(None, b=code.upper()), list[tuple[float, str, str]]()
    for one, label in has.codes:
        least = -best[-1][0] if len(best) == most else 0.0
        score = max(_alike_enough(matcher, one, least), _alike_enough(matcher, label, least))
        if score >= least:
            insort(best, (-score, one, label))
            del best[most:]
    return [(one, label) for _, one, label in best]


def _alike_enough(matcher: SequenceMatcher[str], text: str, least: float) -> float:
    matcher.set_seq1(text.upper())
    enough = text and matcher.real_quick_ratio() >= least and matcher.quick_ratio() >= least
    return matcher.ratio() if enough else 0.0


def _has(has: Choices, code: str) -> Iterator[Suggestion]:
    for found, label in closest(has, code, MOST):
        yield Suggestion(target=found, why=f"{has.system} has it{f': {label}' if label and label != found else ''}")


def _read(tx: OperatorTransaction, of: Integration, table: str, code: str) -> Iterator[Suggestion]:
    """Master data that documents look for under this code: its flow has read what the target really has."""
    subject = CodeNeed(table=table, code=code).subject
    scored: list[tuple[float, Suggestion]] = []
    for flow, key in ledger.suggesting.looked_for(tx, of.id, subject):
        before, hit, behind = key.upper().partition(code.upper())
        if not hit or behind:
            continue
        begun, spelled, system = key[: len(before)], key[len(before) :], _source_of(flow)
        found = []
        for letters in _BEGINNINGS:
            found = ledger.suggesting.read(tx, of.id, flow, [f"{begun}{spelled[:letters]}"])
            if len(found) >= _ENOUGH:
                break
        for piece in found:
            named = piece.key[len(begun) :]
            called = f": {piece.label}" if piece.label and piece.label != named else ""
            scored.append((_alike(code, named), Suggestion(target=named, why=f"{system} has it{called}")))
    yield from (one for _, one in sorted(scored, key=lambda pair: (-pair[0], pair[1].target)))


def _said(tx: OperatorTransaction, of: Integration, table: str, code: str) -> Iterator[Suggestion]:
    said = ledger.suggesting.targets(tx, of.id, table)
    close = sorted(
        ((_alike(code, one), one) for one in said if _alike(code, one) >= _ALIKE), key=lambda pair: (-pair[0], pair[1])
    )
    for one in (*(one for _, one in close), *said):
        yield Suggestion(target=one, why="in this table already", here=True)


def _alike(code: str, other: str) -> float:
    return SequenceMatcher(None, code.upper(), other.upper()).ratio()


def _source_of(flow: str) -> str:
    try:
        return registry.system(registry.flow(flow).source.system).title
    except ConnectorError:
        return "the source"
