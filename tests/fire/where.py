"""Where a worker process is: in which step of which flow, at which point."""

from __future__ import annotations

import inspect
import re
import threading
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

import psycopg
from celery import current_task

from connector.config import load_settings
from connector.inbound import receiving as console_receiving
from connector.operations.work import receiving
from connector.points import COMMIT, MESSAGE
from connector.store.beat import recovery
from tasks import dispatch

if TYPE_CHECKING:
    from uuid import UUID

_FLOW = """
SELECT f.name FROM flows f WHERE f.id = coalesce((SELECT flow_id FROM records WHERE id = %(id)s),
                                                 (SELECT flow_id FROM runs WHERE id = %(id)s),
                                                 (SELECT flow_id FROM pieces WHERE id = %(id)s))
"""
#: what beat asks for goes through these, and what the web process does with a document that was posted
_ASKING = frozenset({recovery.__name__, dispatch.__name__})
WEB = frozenset({console_receiving.__name__, receiving.__name__})
#: a long read has as many commits and messages as pages; those after this one are the same again
_LAST_COUNTED = 3
#: parts of a path that name a thing rather than a document
_WORD = re.compile(r"[A-Za-z_]{3,}|v\d")


@dataclass(frozen=True, kw_only=True)
class Place:
    """A point of a step of a flow, by names that are the same in every run."""

    flow: str
    step: str
    point: str

    def __str__(self) -> str:
        return f"{self.flow}/{self.step}/{self.point}"


@dataclass
class Whereabouts:
    """Follows one process through its tasks."""

    _task: str = ""
    _step: str = ""
    _counts: Counter[str] = field(default_factory=Counter)
    _flows: dict[UUID, str] = field(default_factory=dict)

    def place(self, side: str, what: str, subject: UUID | None) -> Place:
        """Name the point; ``side`` is before or after."""
        if threading.current_thread() is not threading.main_thread():  # a call of the step that is under way
            return Place(flow=self._flow(subject), step=self._step, point=f"{side} {self._named(side, what)}")
        if not current_task:
            asker = asked_by(_ASKING)
            return Place(flow="-", step="beat" if asker else "other", point=f"{side} {what} of {asker}")
        if current_task.request.id != self._task:
            self._task = current_task.request.id
            self._counts.clear()
        self._step = current_task.name.rpartition(".")[2]
        return Place(flow=self._flow(subject), step=self._step, point=f"{side} {self._named(side, what)}")

    def _named(self, side: str, what: str) -> str:
        if what == MESSAGE:
            return what
        if what == COMMIT:
            self._counts[what] += side == "before"
            return f"{what} {min(self._counts[what], _LAST_COUNTED)}"
        method, _, path = what.partition(" ")
        words = [part for part in path.split("/") if _WORD.fullmatch(part)]
        return f"{method} {'.'.join(words[-2:])}"

    def _flow(self, subject: UUID | None) -> str:
        if subject is None:
            return "-"
        if subject not in self._flows:
            found = ledger().execute(_FLOW, {"id": subject}).fetchone()
            self._flows[subject] = found[0] if found else "-"
        return self._flows[subject]


@cache
def ledger() -> psycopg.Connection[Any]:
    """A connection of this process beside the product's own."""
    return psycopg.connect(load_settings().database_url.replace("+psycopg", ""), autocommit=True)


def asked_by(modules: frozenset[str]) -> str:
    """The function of one of these modules that asks for something at this moment."""
    frame = inspect.currentframe()
    while frame is not None:
        if frame.f_globals["__name__"] in modules:
            return frame.f_code.co_name
        frame = frame.f_back
    return ""
