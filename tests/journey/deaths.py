"""Documents of a flow, each for one death, and a death at each point of a life."""

from __future__ import annotations

import itertools
import os
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from connector import registry
from connector.domain.journey import STEP_OF
from connector.domain.record import State
from connector.pipeline.poll import poll
from tests.journey.carrying import carry
from tests.journey.works import WRITES

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from tests.journey.works import Works

#: what else happens: nothing; the answer to the try before was lost on its way back
TROUBLES = ("", "reset-after")
#: the same, and: the request before was lost on its way there; a token is refused and fetched anew. Those of one flow
#: pass the code of all, so `make test` leaves the others alone.
ALL_TROUBLES = (*TROUBLES, "reset-before", "401")
#: `make crash-points` asked for it
EVERYWHERE = "CRASH_POINTS" in os.environ


@dataclass
class Victims:
    """Documents of one flow, each for one death."""

    works: Works
    flow: str
    _used: set[UUID] = field(default_factory=set)

    def run(self) -> UUID:
        """A run that has something to find, and that nothing of one before keeps from being begun."""
        self.works.extract(self.flow)
        self._more(1)
        return self.works.queue(self.flow)

    def piece(self) -> UUID:
        """What a run has listed and nobody has read: two documents, or one of those that are left of a death."""
        while not (found := self.works.pieces(self.flow)):
            self._more(2)
            poll(self.works.world, self.works.queue(self.flow))
        self.works.execute("UPDATE pieces SET due_at = now()")
        self.works.calm()
        return found[0]

    def before(self, state: State, trouble: str = "") -> UUID:
        """A record in this state that nobody has tried to bring further, or who tried was in this trouble."""
        while True:
            for record_id in self.works.under_way(self.flow, State.EXTRACTED):
                if record_id not in self._used and self._reaches(record_id, state):
                    self._make(trouble, record_id)
                    return record_id
            self._more(12)
            for flow in registry.flow(self.flow).after:  # what they depend on is in the target
                carry(self.works, flow)
            self.works.read(self.flow)

    def _more(self, documents: int) -> None:
        self.works.source_of(self.flow).add_documents({"generate": {registry.flow(self.flow).source.entity: documents}})

    def _reaches(self, record_id: UUID, state: State) -> bool:
        """Whether nothing holds it up: some wait for others, and some are none of the flow's business."""
        self._used.add(record_id)
        while (record := self.works.record(record_id)).state != state.value:
            if record.hold or record.state not in STEP_OF:
                return False
            self.works.step(record_id)
        return not record.hold

    def _make(self, trouble: str, record_id: UUID) -> None:
        told = self.works.source_of if self.works.record(record_id).state == State.LOADED else self.works.target_of
        if trouble == "401":
            told(self.flow).set_faults({"kind": "401", "count": 1})
        elif trouble:
            with self.works.weather(told(self.flow), trouble, *WRITES):
                self.works.step(record_id)
            self.works.calm(record_id)


@dataclass
class Deaths:
    """One death at each point of a life; after each somebody else goes on."""

    works: Works
    #: by what was being done, in the order they were passed
    points: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def of(self, what: str, fresh: Callable[[], Any], live: Callable[[Any, int], str | None], *ways: str) -> None:
        """Lives until somebody died before and after each of these ways of having an effect.

        What a death left behind may move the points of the next life: whom this spared dies on the way back, or on one
        of the next ways.
        """
        last = next(number for number in itertools.count(1) if not self._dies(what, live(fresh(), number)))
        for number in (*range(last, 0, -1), *range(1, last + 3), *range(last + 2, 0, -1)):
            if self._were(what, *ways):
                return
            self._dies(what, live(fresh(), number))
        assert self._were(what, *ways), f"Nobody died before and after each of {ways}, but: {self.points[what]}"

    def _dies(self, what: str, point: str | None) -> bool:
        self.works.rescue()
        if point is not None:
            self.points[what].append(point)
        return point is not None

    def _were(self, what: str, *ways: str) -> bool:
        """Whether somebody died before and after each of these ways of having an effect."""
        return all(
            any(f"{side} {way}" in point for point in self.points[what]) for side in ("before", "after") for way in ways
        )
