"""What a system answers to credentials that a person has replaced meanwhile says nothing about the new ones."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from connector.domain.errors import CredentialsRefused
from connector.pipeline.poll import poll
from tests.pipeline.doubles import FakeAcknowledgingSource, FakeSource

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping

    from connector.domain.exchange import Page, Query, Result
    from tests.pipeline.conftest import Bench

OLD = "The password of before was refused."


class Connection:
    """The source's, as a process knows it: the version in use, which another thread brings up to date."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._known = self._row.updated_at
        bench.world = replace(bench.world, opened=self.opened)

    @property
    def _row(self) -> Any:
        return self._bench.rows("SELECT updated_at, stopped_why, failures FROM connections WHERE name = 'a'")[0]

    def opened(self, _name: str) -> dt.datetime | None:
        found: dt.datetime = self._known
        return found

    def is_replaced(self) -> None:
        """A person rotates it, and another thread of this process goes by the new version at once."""
        self._bench.execute("UPDATE connections SET updated_at = clock_timestamp() WHERE name = 'a'")
        self._known = self._row.updated_at

    @property
    def stopped_why(self) -> str | None:
        found: str | None = self._row.stopped_why
        return found

    @property
    def failures(self) -> int:
        return int(self._row.failures)


@pytest.mark.parametrize("replaced", [True, False])
def test_a_source_that_is_told_how_its_document_ended(bench: Bench, *, replaced: bool) -> None:
    class Told(FakeAcknowledgingSource):
        def confirm(self, entity: str, payload: Mapping[str, Any], result: Result) -> str:
            if replaced:
                connection.is_replaced()
            raise CredentialsRefused(OLD)

    bench.source = Told()
    connection = Connection(bench)
    bench.read({"part": "c1"}, flow="claims")
    bench.work(rounds=3)
    assert bench.record("c1").state == "loaded"
    assert connection.stopped_why == (None if replaced else OLD)


class Read(FakeSource):
    """Somebody is at the connection while it is read."""

    connection: Connection
    error: Exception | None = None

    def pages(self, query: Query) -> Iterator[Page]:
        self.connection.is_replaced()
        if self.error is not None:
            raise self.error
        yield from super().pages(query)


def test_a_source_that_is_read(bench: Bench) -> None:
    source = bench.source = Read()
    source.connection = connection = Connection(bench)
    source.error = CredentialsRefused(OLD)
    assert poll(bench.world, bench.run()) == OLD
    assert connection.stopped_why is None


def test_a_success_of_before_is_none_of_the_new_ones(bench: Bench) -> None:
    source = bench.source = Read()
    source.connection = connection = Connection(bench)
    bench.execute("UPDATE connections SET failures = 3 WHERE name = 'a'")
    poll(bench.world, bench.run())
    assert connection.failures == 3
