from __future__ import annotations

import contextlib
import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from connector.domain.errors import ConfigurationError, CredentialsRefused, StoreUnavailable
from connector.domain.token import Token
from connector.store.connection.tokens import INSIST_SECONDS, StoredTokens
from connector.store.ledger import Ledger
from tests.waiting import HANG_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import sqlalchemy as sa

    from tests.store.scene import Scene

THREADS = 8


def token(name: str, *, seconds: float = 3600) -> Token:
    expires = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=seconds)
    return Token(access=name, refresh=f"refresh-{name}", expires_at=expires)


def tokens_of(scene: Scene, name: str = "jaggaer") -> StoredTokens:
    return scene.ledger.tokens(scene.ledger.connection(name).id, scene.vault)


def never(_: Token | None) -> Token:
    raise AssertionError("nobody should have fetched")


def test_a_connection_begins_without_a_token(scene: Scene) -> None:
    assert tokens_of(scene).current() is None


def test_a_renewed_token_is_stored_whole(scene: Scene) -> None:
    fetched = token("one")
    assert tokens_of(scene).renew(None, lambda _: fetched) == fetched
    assert tokens_of(scene).current() == fetched


def test_what_came_along_with_a_token_is_stored_with_it_and_can_be_read_nowhere_else(scene: Scene) -> None:
    fetched = replace(token("one"), extra={"geolocation": "https://canary.example", "refreshed_at": "2026-11-20"})
    tokens_of(scene).renew(None, lambda _: fetched)
    assert tokens_of(scene).current() == fetched
    assert b"canary" not in bytes(scene.ask("SELECT sealed FROM tokens")[0].sealed)


def test_the_fetcher_gets_the_stored_token(scene: Scene) -> None:
    first = token("one")
    tokens = tokens_of(scene)
    tokens.renew(None, lambda _: first)
    given: list[Token | None] = []
    tokens.renew(first, lambda stored: given.append(stored) or token("two"))
    assert given == [first]


def test_who_comes_with_an_old_token_gets_the_newer_one_without_a_fetch(scene: Scene) -> None:
    tokens = tokens_of(scene)
    newer = token("newer")
    tokens.renew(None, lambda _: newer)
    assert tokens.renew(token("older"), never) == newer


def test_a_stored_token_that_is_nearly_over_is_fetched_again(scene: Scene) -> None:
    tokens = tokens_of(scene)
    tokens.renew(None, lambda _: token("nearly over", seconds=5))
    assert tokens.renew(token("older"), lambda _: token("new")).access == "new"


def test_a_failed_fetch_leaves_the_stored_token(scene: Scene) -> None:
    tokens = tokens_of(scene)
    first = token("one")
    tokens.renew(None, lambda _: first)

    def refused(_: Token | None) -> Token:
        raise CredentialsRefused("no")

    with pytest.raises(CredentialsRefused):
        tokens.renew(first, refused)
    assert tokens.current() == first


def cut_off(scene: Scene) -> None:
    """Postgres ends every transaction that is waiting for us, as it does when it restarts."""
    scene.change(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND state = 'idle in transaction' AND pid <> pg_backend_pid()"
    )


def test_a_refresh_token_fetched_while_postgres_went_away_is_not_lost(scene: Scene) -> None:
    tokens = tokens_of(scene)
    first, second = token("one"), token("two")
    tokens.renew(None, lambda _: first)

    def fetch(_: Token | None) -> Token:
        cut_off(scene)
        return second

    assert tokens.renew(first, fetch) == second
    assert tokens.current() == second


@dataclass
class Failing:
    """Transactions of which the next few cannot be committed."""

    scene: Scene
    failures: int = 0

    @contextlib.contextmanager
    def begin(self) -> Iterator[sa.Connection]:
        with self.scene.ledger.begin() as connection:
            yield connection
            if self.failures:
                self.failures -= 1
                raise StoreUnavailable("Postgres is starting up.")

    def tokens(self, waits: list[float]) -> StoredTokens:
        connection_id = self.scene.ledger.connection("jaggaer").id
        return StoredTokens(self.begin, self.scene.vault, connection_id, read=self.begin, pause=waits.append)

    def fetch(self, fetched: Token, failures: int) -> Callable[[Token | None], Token]:
        """A fetch after which so many commits fail."""

        def fetch(_: Token | None) -> Token:
            self.failures = failures
            return fetched

        return fetch


@pytest.mark.parametrize("failures", [1, 2, len(INSIST_SECONDS)])
def test_writing_a_refresh_token_down_is_tried_for_a_minute(scene: Scene, failures: int) -> None:
    ledger, waits = Failing(scene), list[float]()

    assert ledger.tokens(waits).renew(None, ledger.fetch(token("one"), failures)).access == "one"

    assert waits == list(INSIST_SECONDS[:failures])
    stored = tokens_of(scene).current()
    assert stored is not None
    assert stored.refresh == "refresh-one"


@pytest.mark.parametrize(("theirs", "left"), [(3600, "theirs"), (1800, "ours")])
def test_what_another_process_fetched_meanwhile_is_not_overwritten_by_what_was_asked_for_before(
    scene: Scene, theirs: float, left: str
) -> None:
    ledger, first = Failing(scene), token("one", seconds=60)
    tokens_of(scene).renew(None, lambda _: first)

    def meanwhile(_: float) -> None:
        tokens_of(scene).renew(first, lambda _: token("theirs", seconds=theirs))

    connection_id = scene.ledger.connection("jaggaer").id
    insisting = StoredTokens(ledger.begin, scene.vault, connection_id, read=ledger.begin, pause=meanwhile)
    assert insisting.renew(first, ledger.fetch(token("ours", seconds=2700), 1)).access == left
    stored = tokens_of(scene).current()
    assert stored is not None
    assert stored.access == left


def test_after_that_minute_the_ledger_is_unavailable(scene: Scene) -> None:
    ledger, waits = Failing(scene), list[float]()

    with pytest.raises(StoreUnavailable):
        ledger.tokens(waits).renew(None, ledger.fetch(token("one"), 100))
    assert sum(waits) == pytest.approx(60, abs=5)


def test_a_token_that_anybody_can_have_again_is_not_insisted_on(scene: Scene) -> None:
    ledger, waits = Failing(scene), list[float]()

    with pytest.raises(StoreUnavailable):
        ledger.tokens(waits).renew(None, ledger.fetch(Token(access="one"), 1))
    assert waits == []


def test_among_many_workers_one_fetches(scene: Scene, database_url: str) -> None:
    ledgers = [Ledger(database_url) for _ in range(THREADS)]
    connection_id = scene.ledger.connection("jaggaer").id
    stale = token("stale")
    fetches: list[str] = []
    at_once = threading.Barrier(THREADS, timeout=HANG_SECONDS)

    def fetch(_: Token | None) -> Token:
        fetches.append(threading.current_thread().name)
        return token(f"fresh-{len(fetches)}")

    def work(ledger: Ledger) -> str:
        at_once.wait()
        return ledger.tokens(connection_id, scene.vault).renew(stale, fetch).access

    try:
        with ThreadPoolExecutor(THREADS) as pool:
            got = set(pool.map(work, ledgers))
    finally:
        for ledger in ledgers:
            ledger.close()
    assert got == {"fresh-1"}
    assert len(fetches) == 1


def test_a_token_copied_to_another_connection_does_not_open(scene: Scene) -> None:
    tokens_of(scene, "jaggaer").renew(None, lambda _: token("one"))
    scene.change(
        "INSERT INTO tokens (connection_id, sealed) SELECT :other, sealed FROM tokens",
        other=scene.ledger.connection("qad").id,
    )
    with pytest.raises(ConfigurationError, match="does not open there"):
        tokens_of(scene, "qad").current()


def test_no_token_can_be_read_from_the_table(scene: Scene) -> None:
    tokens_of(scene).renew(None, lambda _: token("canary"))
    assert b"canary" not in bytes(scene.ask("SELECT sealed FROM tokens")[0].sealed)


def test_a_forgotten_token_is_gone(scene: Scene) -> None:
    tokens = tokens_of(scene)
    tokens.renew(None, lambda _: token("one"))
    tokens.forget()
    assert tokens.current() is None
