from __future__ import annotations

import datetime as dt
import itertools
import json
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from connector.domain.errors import ConfigurationError
from connector.domain.journey import Step
from connector.store.audit import trail
from connector.store.postgres.transaction import Transaction
from tests import single
from tests.store.scene import AT, BURIED, RETRY, done

if TYPE_CHECKING:
    from uuid import UUID

    from tests.store.scene import Scene

NOTHING = dt.timedelta(0)


@pytest.fixture
def lived(scene: Scene) -> list[UUID]:
    """Three records with a life: loaded after a retry, buried, waiting."""
    loaded, buried, fresh = scene.read(("INV-1", "one"), ("INV-2", "one"), ("INV-3", "one"))
    scene.map(loaded)
    _, claim = scene.sent(scene.held(loaded, Step.LOAD))
    assert scene.settle(claim, RETRY)
    scene.make_due()
    _, claim = scene.sent(scene.held(loaded, Step.LOAD))
    assert scene.settle(claim, done())
    assert scene.settle(scene.held(buried), BURIED)
    return [loaded, buried, fresh]


def events(scene: Scene, record_id: UUID) -> list[Any]:
    return scene.ask("SELECT * FROM audit_events WHERE subject = :subject ORDER BY id", subject=str(record_id))


def problems(scene: Scene) -> dict[str, str]:
    return {finding.subject: finding.problem for finding in scene.ledger.verify()}


def test_every_change_and_every_attempt_is_an_event_of_one_chain(scene: Scene, lived: list[UUID]) -> None:
    written = events(scene, lived[0])
    assert [event.name for event in written] == [
        "record.extracted",
        "record.mapped",
        "attempt.sent",
        "record.retry",
        "attempt.sent",
        "record.done",
    ]
    assert [event.at for event in written[1:]] == [AT] * 5
    for before, after in itertools.pairwise(written):
        assert bytes(after.previous) == bytes(before.hash)
    assert bytes(scene.record(lived[0]).audit_head) == bytes(written[-1].hash)
    assert written[3].detail["why"] == "503"


def test_an_untouched_trail_is_whole_before_and_after_sealing(scene: Scene, lived: list[UUID]) -> None:
    assert scene.ledger.verify() == []
    assert scene.seal() == 9
    assert scene.seal() == 0
    scene.read_one("INV-4")
    assert scene.seal() == 1
    assert scene.ledger.verify() == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_events SET actor = 'nobody'",
        "DELETE FROM audit_events",
        "TRUNCATE audit_events",
        "TRUNCATE audit_events_default",
        "UPDATE audit_seals SET events = 0",
        "DELETE FROM audit_seals",
        "TRUNCATE audit_seals",
    ],
)
def test_the_database_refuses_to_change_the_trail(scene: Scene, lived: list[UUID], statement: str) -> None:
    scene.seal()
    with pytest.raises(ConfigurationError, match="may not do this"):
        scene.change(statement)
    with pytest.raises(DBAPIError, match="append-only"):
        scene.alter(statement)


def test_partitions_refuse_as_well(scene: Scene, lived: list[UUID]) -> None:
    [partition] = scene.ask("SELECT DISTINCT CAST(CAST(tableoid AS regclass) AS text) AS name FROM audit_events")
    for verb in ("DELETE FROM", "TRUNCATE"):
        with pytest.raises(DBAPIError, match="append-only"):
            scene.alter(f"{verb} {partition.name}")


def test_an_edited_event_is_found(scene: Scene, lived: list[UUID], superuser: sa.Connection) -> None:
    event = events(scene, lived[0])[2]
    superuser.execute(
        sa.text("UPDATE audit_events SET detail = jsonb_set(detail, '{key}', '\"other\"') WHERE id = :id"),
        {"id": event.id},
    )
    superuser.commit()
    [finding] = scene.ledger.verify()
    assert (finding.subject, finding.event) == (str(lived[0]), event.id)
    assert "attempt.sent" in finding.problem


@pytest.mark.parametrize("place", [0, 2, 5])
def test_a_missing_event_is_found_wherever_it_stood(
    scene: Scene, lived: list[UUID], superuser: sa.Connection, place: int
) -> None:
    superuser.execute(sa.text("DELETE FROM audit_events WHERE id = :id"), {"id": events(scene, lived[0])[place].id})
    superuser.commit()
    assert "missing" in problems(scene)[str(lived[0])]


def test_a_record_without_any_event_is_found(scene: Scene, lived: list[UUID], superuser: sa.Connection) -> None:
    superuser.execute(sa.text("DELETE FROM audit_events WHERE subject = :s"), {"s": str(lived[1])})
    superuser.commit()
    assert problems(scene) == {str(lived[1]): "all events of this record are missing"}


def invent(connection: sa.Connection, subject: str, previous: bytes) -> None:
    event = trail.event(subject, "record.done", actor="nobody", at=AT, detail={})
    connection.execute(
        sa.text(
            "INSERT INTO audit_events (subject, name, actor, at, detail, hash, previous) "
            "VALUES (:subject, :name, :actor, :at, CAST(:detail AS jsonb), :hash, :previous)"
        ),
        {
            "subject": subject,
            "name": event.name,
            "actor": event.actor,
            "at": event.at,
            "detail": json.dumps(event.detail),
            "hash": event.hash_after(previous),
            "previous": previous,
        },
    )
    connection.commit()


def test_an_invented_event_is_found_even_when_it_is_chained_well(
    scene: Scene, lived: list[UUID], superuser: sa.Connection
) -> None:
    invent(superuser, str(lived[2]), bytes(scene.record(lived[2]).audit_head))
    assert "invented" in problems(scene)[str(lived[2])]


def test_events_of_a_record_that_does_not_exist_are_found(
    scene: Scene, lived: list[UUID], superuser: sa.Connection
) -> None:
    stranger = "00000000-0000-7000-8000-000000000000"
    invent(superuser, stranger, bytes(32))
    assert "does not exist" in problems(scene)[stranger]


def test_a_chain_made_anew_is_found_by_its_seal(scene: Scene, lived: list[UUID], superuser: sa.Connection) -> None:
    scene.seal()
    original = events(scene, lived[2])[0]
    forged = trail.event(original.subject, original.name, actor="nobody", at=original.at, detail=original.detail)
    superuser.execute(
        sa.text("UPDATE audit_events SET actor = 'nobody', hash = :hash WHERE id = :id"),
        {"hash": forged.hash_after(bytes(32)), "id": original.id},
    )
    superuser.execute(
        sa.text("UPDATE records SET audit_head = :hash WHERE id = :id"),
        {"hash": forged.hash_after(bytes(32)), "id": lived[2]},
    )
    superuser.commit()
    [(subject, problem)] = problems(scene).items()
    assert subject.startswith("seal:")
    assert "altered after they were sealed" in problem


def test_a_record_removed_with_all_its_events_is_found_by_its_seal(
    scene: Scene, lived: list[UUID], superuser: sa.Connection
) -> None:
    scene.seal()
    superuser.execute(sa.text("DELETE FROM audit_events WHERE subject = :s"), {"s": str(lived[2])})
    superuser.execute(sa.text("DELETE FROM records WHERE id = :id"), {"id": lived[2]})
    superuser.commit()
    [problem] = problems(scene).values()
    assert problem.startswith("1 of 9 events")


def test_an_event_slipped_into_a_sealed_stretch_is_found(
    scene: Scene, lived: list[UUID], superuser: sa.Connection
) -> None:
    scene.seal()
    superuser.execute(
        sa.text(
            "INSERT INTO audit_events (id, recorded_at, subject, name, actor, at, hash, previous) "
            "OVERRIDING SYSTEM VALUE SELECT id, recorded_at + interval '1 microsecond', 'flow:acme/invoices', "
            "'flow.enabled', 'nobody', at, hash, previous FROM audit_events ORDER BY id LIMIT 1"
        )
    )
    superuser.commit()
    assert "1 events were added" in " ".join(problems(scene).values())


def test_a_removed_seal_is_found(scene: Scene, lived: list[UUID], superuser: sa.Connection) -> None:
    scene.seal()
    scene.read_one("INV-4")
    scene.seal()
    superuser.execute(sa.text("DELETE FROM audit_seals WHERE id = (SELECT min(id) FROM audit_seals)"))
    superuser.commit()
    assert "a seal before this one was removed or altered" in problems(scene).values()


def test_events_of_a_transaction_that_is_still_open_are_left_for_the_next_seal(scene: Scene, lived: list[UUID]) -> None:
    with scene.ledger.unit() as unit:
        claim = single.claim(unit, lived[2], Step.MAP, scene.worker)
        assert claim is not None
        assert scene.seal() == 9
        single.settle(unit, claim, BURIED, actor="worker:slow", at=AT, target=None)
        later = scene.read_one("INV-4")
        assert scene.seal() == 0
        unit.commit()
    assert scene.seal() == 2
    assert scene.ledger.verify() == []
    assert events(scene, later)


def test_events_of_anything_else_are_chained_too_by_any_number_of_writers(scene: Scene) -> None:
    def write(number: int) -> None:
        event = trail.event(
            "connection:acme", "connection.paused", actor="operator:jane", at=AT, detail={"number": number}
        )
        with scene.ledger.begin() as connection:
            trail.append(Transaction(connection), event)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(12)))
    assert scene.ask("SELECT count(*) AS n FROM audit_events")[0].n == 12
    assert scene.ledger.verify() == []


def test_details_of_any_kind_still_fit_their_hash_when_they_are_read_back(scene: Scene) -> None:
    detail = {
        "amount": Decimal("1234567890123456.70"),
        "ratio": 0.1,
        "big": 10**30,
        "nothing": None,
        "words": "nul \x00, half a pair \ud800, umlaut ü",
        "list": [1, {"b": 2, "a": dt.date(2026, 11, 20)}],
        "when": AT,
    }
    event = trail.event("flow:acme/invoices", "flow.changed", actor="operator:jane", at=AT, detail=detail)
    with scene.ledger.begin() as connection:
        trail.append(Transaction(connection), event)
    assert scene.ledger.verify() == []


def test_housekeeping_seals_releases_and_makes_room(scene: Scene) -> None:
    scene.read_one("INV-1")
    assert scene.ledger.housekeeping() == "sealed 0 events, released 0 records, made 0 partitions"
