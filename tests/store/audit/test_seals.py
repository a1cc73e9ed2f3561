"""Seals go by the numbers of events: no clock breaks them, and nobody slips in behind them."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from connector.store.audit import seals, trail
from connector.store.ledger import Ledger
from connector.store.postgres.transaction import Transaction
from tests.store.scene import AT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.store.scene import Scene

FLOW = "flow:acme/invoices"


def write(scene: Scene, number: int, *, clock: str = "0") -> None:
    """One more event of a flow; the database's clock is off by so much."""
    with scene.ledger.begin() as connection:
        tx = Transaction(connection)
        last = tx.row(sa.text("SELECT hash FROM audit_events ORDER BY id DESC LIMIT 1"))
        previous = bytes(last.hash) if last else bytes(32)
        event = trail.event(FLOW, "flow.changed", actor="operator:jane", at=AT, detail={"number": number})
        connection.execute(
            sa.text(
                "INSERT INTO audit_events (recorded_at, subject, name, actor, at, detail, hash, previous) VALUES "
                "(now() + CAST(:clock AS interval), :subject, :name, :actor, :at, "
                "jsonb_build_object('number', CAST(:number AS integer)), :hash, :previous)"
            ),
            {
                "clock": clock,
                "number": number,
                "subject": event.subject,
                "name": event.name,
                "actor": event.actor,
                "at": event.at,
                "hash": event.hash_after(previous),
                "previous": previous,
            },
        )


def found(scene: Scene) -> list[str]:
    return [f"{finding.subject}: {finding.problem}" for finding in scene.ledger.verify()]


def test_a_clock_that_was_set_back_leaves_no_event_unsealed_and_accuses_nobody(scene: Scene) -> None:
    write(scene, 1)
    assert scene.seal() == 1
    write(scene, 2, clock="-1 hour")
    assert scene.seal() == 1
    write(scene, 3, clock="-2 hours")
    assert scene.seal() == 1
    assert found(scene) == []


def test_what_was_written_before_the_clock_was_set_back_is_sealed_without_waiting_for_that_time(scene: Scene) -> None:
    write(scene, 1, clock="1 day")
    write(scene, 2)
    assert scene.seal(seals.LAG) == 1
    assert scene.seal(seals.LAG) == 0
    assert found(scene) == []


def test_a_number_that_is_committed_late_is_waited_for(scene: Scene) -> None:
    event = trail.event("connection:acme", "operator.changed", actor="operator:jane", at=AT, detail={})
    with scene.ledger.begin() as slow:
        trail.append(Transaction(slow), event)
        write(scene, 1)
        assert scene.seal() == 0
    assert scene.seal() == 2
    assert found(scene) == []


def test_a_number_that_was_drawn_before_anything_was_written_is_waited_for(scene: Scene) -> None:
    with scene.ledger.begin() as slow:
        slow.execute(sa.text("LOCK TABLE audit_events IN ROW EXCLUSIVE MODE"))  # as an INSERT begins
        scene.alter("SELECT nextval(pg_get_serial_sequence('audit_events', 'id'))")
        write(scene, 1)
        assert scene.seal() == 0
    assert scene.seal() == 1


def test_who_only_reads_holds_up_no_seal(scene: Scene) -> None:
    with scene.ledger.read() as reader:
        reader.execute(sa.text("SELECT count(*) FROM audit_events"))
        write(scene, 1)
        assert scene.seal() == 1


def test_much_is_sealed_in_parts(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seals, "MOST", 4)
    for number in range(9):
        write(scene, number)
    eager = Ledger(
        scene.ledger.engine.url.render_as_string(hide_password=False),
        seal_lag=dt.timedelta(0),
        keys=lambda: scene.vault,
    )
    assert eager.housekeeping().startswith("sealed 10 events")  # and that all links are bound
    eager.close()
    assert [row.events for row in scene.ask("SELECT events FROM audit_seals ORDER BY id")] == [4, 4, 2]
    assert found(scene) == []


@pytest.fixture
def twice(scene: Scene) -> Scene:
    """Two seals of three events each, with a number between them that nobody has."""
    for number in range(6):
        write(scene, number)
        if number in {2, 5}:
            assert scene.seal() == 3
    return scene


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("UPDATE audit_seals SET events = events + 1 WHERE id = {last}", "1 of 4 events numbered"),
        ("UPDATE audit_seals SET upto_id = upto_id - 1 WHERE id = {last}", "1 of 3 events numbered"),
        ("UPDATE audit_seals SET after_id = 0 WHERE id = {last}", "a seal before this one was removed or altered"),
        ("UPDATE audit_seals SET upto_id = upto_id - 1 WHERE id < {last}", "a seal before this one was removed"),
        ("UPDATE audit_seals SET digest = previous WHERE id = {last}", "were altered after they were sealed"),
        ("DELETE FROM audit_seals WHERE id < {last}", "a seal before this one was removed or altered"),
    ],
)
def test_an_altered_or_removed_seal_is_found(
    twice: Scene, superuser: sa.Connection, statement: str, problem: str
) -> None:
    last = twice.ask("SELECT max(id) AS id FROM audit_seals")[0].id
    superuser.execute(sa.text(statement.format(last=last)))
    superuser.commit()
    assert problem in "; ".join(found(twice))


def test_an_event_slipped_into_a_number_that_nobody_had_is_found(scene: Scene, superuser: sa.Connection) -> None:
    write(scene, 1)
    scene.alter("SELECT nextval(pg_get_serial_sequence('audit_events', 'id'))")
    write(scene, 2)
    assert scene.seal() == 2
    superuser.execute(
        sa.text(
            "INSERT INTO audit_events (id, recorded_at, subject, name, actor, at, hash, previous) OVERRIDING SYSTEM "
            "VALUE SELECT id + 1, now(), 'flow:other', name, actor, at, hash, previous FROM audit_events "
            "ORDER BY id LIMIT 1"
        )
    )
    superuser.commit()
    assert "1 events were added" in "; ".join(found(scene))


def seal_by_time(scene: Scene) -> None:
    """Seal as older releases do."""
    [last] = scene.ask(
        "SELECT max(to_at) AS at, (SELECT digest FROM audit_seals ORDER BY id DESC LIMIT 1) FROM audit_seals"
    )
    previous = bytes(last.digest or bytes(32))
    after = last.at or seals.BEGINNING
    under = scene.ask(
        "SELECT recorded_at, hash FROM audit_events WHERE recorded_at > CAST(:after AS timestamptz) "
        "ORDER BY recorded_at, id",
        after=after,
    )
    scene.change(
        "INSERT INTO audit_seals (from_at, to_at, events, digest, previous) "
        "VALUES (:after, :upto, :events, :digest, :previous)",
        after=after,
        upto=under[-1].recorded_at,
        events=len(under),
        digest=hashlib.sha256(previous + b"".join(bytes(row.hash) for row in under)).digest(),
        previous=previous,
    )


@pytest.fixture
def upgraded(scene: Scene) -> Iterator[Scene]:
    """Two seals by time, one by number over the same events and more, and one by time of a worker not yet replaced."""
    for number in range(8):
        write(scene, number)
        if number in {2, 5}:
            seal_by_time(scene)
    assert scene.seal() == 8
    write(scene, 8)
    seal_by_time(scene)
    assert scene.seal() == 1
    assert found(scene) == []
    return scene


def test_seals_by_time_accuse_nobody_when_the_clock_is_set_back(upgraded: Scene) -> None:
    first = upgraded.ask("SELECT now() - recorded_at AS ago FROM audit_events ORDER BY id LIMIT 1")[0].ago
    write(upgraded, 9, clock=f"-{first.total_seconds()} seconds")
    assert upgraded.seal() == 1
    assert found(upgraded) == []


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("DELETE FROM audit_events WHERE id = {event}", "1 of 3 events recorded between"),
        ("UPDATE audit_events SET hash = previous WHERE id = {event}", "events recorded between"),
        (
            (
                "INSERT INTO audit_events (id, recorded_at, subject, name, actor, at, hash, previous) OVERRIDING "
                "SYSTEM VALUE SELECT 0, recorded_at, subject, name, actor, at, hash, previous "
                "FROM audit_events WHERE id = {event}"
            ),
            "1 events were added to those recorded between",
        ),
        ("DELETE FROM audit_seals WHERE id = {seal}", "a seal before this one was removed or altered"),
    ],
)
def test_seals_by_time_find_what_they_always_found(
    upgraded: Scene, superuser: sa.Connection, statement: str, problem: str
) -> None:
    event = upgraded.ask("SELECT min(id) + 1 AS id FROM audit_events")[0].id
    first = upgraded.ask("SELECT min(id) AS id FROM audit_seals")[0].id
    superuser.execute(sa.text(statement.format(event=event, seal=first)))
    superuser.commit()
    assert problem in "; ".join(found(upgraded))
