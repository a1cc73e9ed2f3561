"""Computing every seal again, in one pass over the events."""

from __future__ import annotations

import itertools
from contextlib import ExitStack, closing
from functools import cached_property
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from connector.domain.audit import GENESIS
from connector.store.audit.seals import BEGINNING, digest_of
from connector.store.audit.trusted_seals import Broken, Mark, Vouching, noted, verified

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator

    from connector.store.audit.authenticity import Keys
    from connector.store.audit.trusted_seals import Known
    from connector.store.postgres.transaction import AnyRow, Transaction

    #: is told what is being read, how many of it were read, and of how many
    Report = Callable[[str, int, int], None]

_SEALS = sa.text("""
SELECT id, from_at, to_at, after_id, upto_id, events, digest, previous, key_id, mac FROM audit_seals ORDER BY id
""")
_COUNT = sa.text("SELECT count(*) FROM audit_seals")
_BY_NUMBER = sa.text("""
SELECT id, recorded_at, hash FROM audit_events
WHERE id > :after AND id <= (SELECT max(upto_id) FROM audit_seals) ORDER BY id
""")
_BY_TIME = sa.text("""
SELECT id, recorded_at, hash FROM audit_events
WHERE recorded_at > (SELECT min(from_at) FROM audit_seals WHERE upto_id IS NULL AND id > :seal)
  AND recorded_at <= (SELECT max(to_at) FROM audit_seals WHERE upto_id IS NULL AND id > :seal)
ORDER BY recorded_at, id
""")
_FIRST_OF_A_TIME = sa.text("""
SELECT id, recorded_at, hash FROM (
    SELECT id, recorded_at, hash FROM audit_events WHERE recorded_at > :after AND recorded_at <= :upto
    ORDER BY id LIMIT :events) e
ORDER BY recorded_at, id
""")


class Seals:
    """The seals of a trail, read in one pass."""

    def __init__(self, tx: Transaction, since: Mark | None, known: Iterable[Known], keys: Keys | None) -> None:
        self._tx = tx
        self._since = since
        self._passes = ExitStack()
        self._missed: dict[str, list[Known]] = {}
        for one in (*known, *noted(tx)):
            self._missed.setdefault(one.digest, []).append(one)
        if since is not None:
            self._missed.setdefault(since.digest, [verified(since)])
        #: who vouches for them
        self.vouching = Vouching(keys)
        #: how many there are
        self.seals = 0
        #: the newest one by number, once all were read
        self.newest: Mark | None = None

    def broken(self, report: Report) -> Iterator[Broken]:
        """Compute every seal behind ``since`` again; all must be in one chain, and what is known must stand in it."""
        with ExitStack() as self._passes:
            yield from self._linked(self._tx.value(_COUNT), report)
        yield from self.vouching.ended()
        for known in itertools.chain.from_iterable(self._missed.values()):
            yield Broken(seal=known.seal, problem=known.missed)

    def _linked(self, total: int, report: Report) -> Iterator[Broken]:
        at, upto, digest = BEGINNING, 0, GENESIS
        for row in self._tx.stream(_SEALS):
            self.seals += 1
            report("seals", self.seals, total)
            after = upto if row.after_id is None else row.after_id
            if (row.from_at, after, bytes(row.previous)) != (at, upto, digest):
                yield Broken(seal=row.id, problem="a seal before this one was removed or altered")
            at, upto, digest = row.to_at, row.upto_id or upto, bytes(row.digest)
            if row.upto_id is not None:
                self.newest = Mark(seal=row.id, upto=upto, digest=digest.hex())
            yield from self.vouching.look(row)
            self._meet(row, digest.hex())
            if self._since is None or row.id > self._since.seal:
                yield from self._compute(row)

    def _meet(self, row: AnyRow, digest: str) -> None:
        known = self._missed.pop(digest, [])
        if missed := [one for one in known if not one.met(row)]:
            self._missed[digest] = missed

    def _compute(self, row: AnyRow) -> Iterator[Broken]:
        numbered = row.upto_id is not None
        if numbered:
            under = self._by_number.between(row.after_id, row.upto_id)
        else:
            under = self._by_time.between(row.from_at, row.to_at)
        events, digest = digest_of(bytes(row.previous), under, numbered=numbered)
        fits = digest == bytes(row.digest) and events == row.events
        if not fits and not (events > row.events and self._came_later(row)):
            yield Broken(seal=row.id, problem=_difference(row, events))

    def _came_later(self, row: AnyRow) -> bool:
        """Whether events too many under a seal by time have higher numbers: the database's clock was set back."""
        if row.upto_id is not None:
            return False
        first = self._tx.stream(_FIRST_OF_A_TIME, after=row.from_at, upto=row.to_at, events=row.events)
        return digest_of(bytes(row.previous), first, numbered=False)[1] == bytes(row.digest)

    @cached_property
    def _by_number(self) -> _Pass:
        after = 0 if self._since is None else self._since.upto
        return self._pass(self._tx.stream(_BY_NUMBER, after=after), attrgetter("id"))

    @cached_property
    def _by_time(self) -> _Pass:
        seal = 0 if self._since is None else self._since.seal
        return self._pass(self._tx.stream(_BY_TIME, seal=seal), attrgetter("recorded_at"))

    def _pass(self, rows: Generator[AnyRow], place: Callable[[AnyRow], Any]) -> _Pass:
        return _Pass(self._passes.enter_context(closing(rows)), place)


class _Pass:
    """Events in the order of one column, each read once."""

    def __init__(self, rows: Iterator[AnyRow], place: Callable[[AnyRow], Any]) -> None:
        self._rows = rows
        self._place = place
        self._next = next(rows, None)

    def between(self, after: object, upto: Any) -> Iterator[AnyRow]:  # noqa: ANN401 - a number or a moment
        """The events behind one place up to another, which is at or behind the last one asked for."""
        while self._next is not None and self._place(self._next) <= upto:
            row, self._next = self._next, next(self._rows, None)
            if self._place(row) > after:
                yield row


def _difference(row: AnyRow, events: int) -> str:
    if row.upto_id is None:
        stretch = f"recorded between {row.from_at:%Y-%m-%d %H:%M:%S} and {row.to_at:%Y-%m-%d %H:%M:%S} UTC"
    else:
        stretch = f"numbered {row.after_id + 1} to {row.upto_id}"
    if events < row.events:
        return f"{row.events - events} of {row.events} events {stretch} are missing"
    if events > row.events:
        return f"{events - row.events} events were added to those {stretch} after they were sealed"
    return f"events {stretch} were altered after they were sealed"
