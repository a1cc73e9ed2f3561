"""What an answer of the bulk endpoint says about each item: only those that failed are named (documented).

How an error shows its item is not documented. An error that fits one item is about that item. One that could be about
several, or counts that do not add up, leave open what became of those: they are asked about one by one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from connector.domain.errors import SAID_NO, AlreadyThere, NotYet, Unanswered
from connector.reading import values
from connector.systems.concur import answers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connector.domain.errors import ConnectorError
    from connector.systems.concur.client import Reply
    from connector.systems.concur.names import Names

Part = Mapping[str, Any]
#: fields that tell one item from another, in what is sent and in what is answered
_TELLING = ("shortCode", "parentCode", "code")
_STATUSES = ("SUCCESS", "PARTIAL_SUCCESS", "FAILURE")


def verdicts(parts: Sequence[Part], reply: Reply, names: Names) -> list[ConnectorError | None]:
    """For each part: None when it was done, else why not, or that nobody knows."""
    body = reply.body if isinstance(reply.body, dict) else {}
    errors = values.rows(body.get("errors") or [])
    found: list[ConnectorError | None] = [None] * len(parts)
    unplaced: set[int] = set()
    for error in errors:
        fitting = _fitting(parts, error.get("listItem"))
        if len(fitting) == 1 and found[fitting[0]] is None:
            found[fitting[0]] = _refusal(error, reply, names)
        else:
            unplaced.update(fitting or range(len(parts)))
    if not _adds_up(parts, body, len(errors)):
        unplaced.update(range(len(parts)))
    for place in unplaced:
        found[place] = found[place] or Unanswered(
            f"{reply.where} did not say what became of this one of {len(parts)} items "
            f"(correlation id {reply.correlation}).",
            correlation=reply.correlation,
        )
    return found


def _fitting(parts: Sequence[Part], item: object) -> list[int]:
    """The parts an error may be about: those that were sent like this; else those it contradicts in nothing.

    An item as Concur shows it has names that one to create has not, and the other way round.
    """
    said = {name: values.text(item.get(name)) for name in _TELLING} if isinstance(item, Mapping) else {}
    sent = [{name: values.text(part.get(name)) for name in _TELLING} for part in parts]
    if exact := [place for place, item in enumerate(sent) if item == said]:
        return exact
    return [place for place, item in enumerate(sent) if _agree(item, said)]


def _agree(sent: Mapping[str, str], said: Mapping[str, str]) -> bool:
    both = [name for name in _TELLING if sent.get(name) and said.get(name)]
    return bool(both) and all(sent[name] == said[name] for name in both)


def _refusal(error: Mapping[str, Any], reply: Reply, names: Names) -> ConnectorError:
    said = values.line(error.get("message")) or values.line(error.get("id")) or "no reason given"
    refusal = answers.refusal(f"{said.rstrip('.')} (correlation id {reply.correlation})", names=names)
    if isinstance(refusal, AlreadyThere) or answers.absent(said, names=names):
        # The list has changed since it was read. Whoever sends one item reads and compares once more.
        return NotYet(f"{refusal.message} It is compared again and sent alone.", **{SAID_NO: True})
    return refusal


def _adds_up(parts: Sequence[Part], body: Mapping[str, Any], errors: int) -> bool:
    succeeded, failed = values.whole(body.get("recordsSucceeded")), values.whole(body.get("recordsFailed"))
    if succeeded is None or failed is None or failed != errors or succeeded + failed != len(parts):
        return False
    right = _STATUSES[0] if not failed else (_STATUSES[1] if succeeded else _STATUSES[2])
    return body.get("status") == right
