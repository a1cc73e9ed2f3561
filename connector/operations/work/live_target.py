"""``reconcile --live``: what a target answers about each document of a period, by its natural key."""

from __future__ import annotations

from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any

from connector import registry
from connector.domain.errors import ConnectorError
from connector.domain.exchange import Outgoing
from connector.domain.reconciliation import Answer, Figure, against_target
from connector.operations.setup.stopping import usable
from connector.operations.work.asked import Asked, title
from connector.ports import AskedAboutMany, Counting
from connector.store import operator as ledger

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from connector.domain.exchange import Found
    from connector.domain.flow import Flow
    from connector.domain.reconciliation import Difference, Kept
    from connector.operations.operator import Operator
    from connector.ports import Target

#: a target that fails to answer so many questions in a row is asked no further
MOST_FAILURES = 5
_REMOVED = "What was sent of it is not in the ledger any more: retention has removed it."
_STOPPED = "It was stopped before it was asked about all of them."


class LiveTarget:
    """Asks the target of one flow, a page of documents after the other, many questions at a time; never writes."""

    def __init__(self, operator: Operator, row: ledger.flows.Flow) -> None:
        self._operator, self._row = operator, row
        self._flow: Flow[Any] = registry.flow(row.name)
        self._failures = 0
        self.asked = Asked(system=title(operator, row.target))
        self._target: Target | None = self._opened()

    def _opened(self) -> Target | None:
        entity = self._flow.target.entity
        if not self._flow.sends:
            self.asked.why, self.asked.never = "Nothing of this flow is sent.", True
            return None
        try:
            usable(self._operator, self._row.target)
            target = self._operator.application.target(self._row.target)
            if target.safety(entity).is_asked:
                return target
        except ConnectorError as error:
            self.asked.why = error.message
            return None
        entities = entity.replace("_", " ")
        self.asked.why = f"{self.asked.system} cannot be asked what it has of its {entities}."
        self.asked.never = True
        return None

    def differences(self, kept: Sequence[Kept]) -> Iterator[Difference]:
        """What these documents, of a page, are otherwise in the target than in the ledger."""
        asking, answers = self._outgoing(kept)
        if self._target is None or self._failures >= MOST_FAILURES:
            self.asked.unasked += len(asking)
            return
        try:
            answers |= self._ask(self._target, asking)
        except KeyboardInterrupt:
            self.asked.why, self._failures = _STOPPED, MOST_FAILURES
            self.asked.unasked += len(asking)
            return
        answered = sum(not answer.error for answer in answers.values())
        self.asked.asked += answered
        self.asked.unasked += len({**asking, **answers}) - answered
        yield from against_target(self._row.full_name, {one.key: one for one in kept}, answers)

    def _outgoing(self, kept: Sequence[Kept]) -> tuple[dict[str, Outgoing], dict[str, Answer]]:
        """By source key what the target was sent, or would be; and those of which nobody can tell what that is.

        What was never mapped the target cannot be asked about: nothing of it ever left.
        """
        by_record = {one.record_id: one for one in kept}
        with self._operator.transaction() as tx:
            sent = ledger.reckoning.sent(tx, list(by_record))
        found: dict[str, Outgoing] = {}
        lost: dict[str, Answer] = {}
        for one in sent:
            newest = by_record[one.record_id]
            if one.sealed is None:
                if newest.figure is Figure.IN_TARGET:
                    lost[newest.key] = Answer(copies=0, error=_REMOVED)
                continue
            try:
                mapped = one.opened(self._operator.application.vault)
            except ConnectorError as error:
                lost[newest.key] = Answer(copies=0, error=error.message)
                continue
            found[newest.key] = Outgoing(
                entity=self._flow.target.entity,
                key=str(mapped["key"]),
                body=mapped["body"],
                correlation_id=one.correlation_id,
            )
        return found, lost

    def _ask(self, target: Target, asking: Mapping[str, Outgoing]) -> dict[str, Answer]:
        """An answer about each; those that nobody asked about any more are not among them."""
        answers: dict[str, Answer] = {}
        parts = _together(target, asking)
        at_once = self._operator.application.at_once(self._row.target, writes=False)
        with ThreadPoolExecutor(at_once, thread_name_prefix="asking") as threads:
            for start in range(0, len(parts), at_once):
                some = parts[start : start + at_once]
                for part, found in zip(some, threads.map(partial(_answers, target), some), strict=True):
                    self._count(found)
                    answers.update(zip(part, found, strict=True))
                if self._failures >= MOST_FAILURES:
                    break
        away = self._flow.takes_away or (lambda _body: False)
        nothing = [key for key, one in answers.items() if not one.copies and not one.error and away(asking[key].body)]
        return answers | dict.fromkeys(nothing, Answer(copies=1))  # that nothing is there is what was asked for

    def _count(self, found: Sequence[Answer]) -> None:
        """Count questions that failed, one after the other."""
        error = next((one.error for one in found if one.error), "")
        self._failures = self._failures + 1 if error else 0
        if self._failures == MOST_FAILURES:
            self.asked.why = (
                f"{self.asked.system} was asked no further, it failed {MOST_FAILURES} times in a row: {error}"
            )


def _together(target: Target, asking: Mapping[str, Outgoing]) -> list[dict[str, Outgoing]]:
    """Which are asked about in one question."""
    alone, shared = [], defaultdict[str, dict[str, Outgoing]](dict)
    for key, document in asking.items():
        by = target.asked_with(document) if isinstance(target, AskedAboutMany) else ""
        if by:
            shared[by][key] = document
        else:
            alone.append({key: document})
    return [*shared.values(), *alone]


def _answers(target: Target, part: Mapping[str, Outgoing]) -> list[Answer]:
    """What it says of each, in their order."""
    documents = list(part.values())
    found: Sequence[Found | ConnectorError | None]
    try:
        if isinstance(target, AskedAboutMany) and len(documents) > 1:
            found = target.find_many(documents)
        else:
            found = [target.find(documents[0])]
    except ConnectorError as error:
        found = [error] * len(documents)
    return [_answer(target, document, one) for document, one in zip(documents, found, strict=True)]


def _answer(target: Target, document: Outgoing, found: Found | ConnectorError | None) -> Answer:
    if isinstance(found, ConnectorError):
        return Answer(copies=0, error=f"Whether it is there could not be asked: {found.message}")
    if found is None:
        return Answer(copies=0)
    try:
        copies = target.copies(document) if isinstance(target, Counting) else 1
    except ConnectorError as error:
        return Answer(copies=0, error=f"How often it is there could not be asked: {error.message}")
    difference = found.difference if found.compared else ""
    # it may have been found by our own id alone: it is there once, under another number
    return Answer(copies=max(copies, 1), difference=difference, target_id=found.target_id)
