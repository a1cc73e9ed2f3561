"""Each way of changing the audit trail behind our back, by somebody whom no trigger stops: each is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from connector.store.audit import trail
from connector.store.postgres.transaction import Transaction
from tests.store.scene import AT

if TYPE_CHECKING:
    from uuid import UUID

    from tests.store.scene import Scene

CONNECTION = "connection:acme"


@pytest.fixture
def sealed(scene: Scene) -> list[UUID]:
    """Two records that were loaded, and what an operator did in between; all of it sealed."""
    first = scene.read_one("INV-1")
    scene.finish(first)
    for number in range(3):
        operated(scene, number)
    second = scene.read_one("INV-2")
    scene.finish(second, "T2")
    assert scene.seal() == 11
    assert scene.ledger.verify() == []
    return [first, second]


def operated(scene: Scene, number: int) -> None:
    with scene.ledger.begin() as connection:
        happened = trail.event(CONNECTION, "operator.changed", actor="operator:jane", at=AT, detail={"number": number})
        trail.append(Transaction(connection), happened)


def found(scene: Scene) -> dict[str, str]:
    """Whom ``audit verify`` names, and what it says."""
    said: dict[str, str] = {}
    for finding in scene.ledger.verify():
        said[finding.subject] = f"{said.get(finding.subject, '')}{finding.problem}; "
    return said


def tamper(superuser: sa.Connection, statement: str, **values: object) -> None:
    superuser.execute(sa.text(statement), values)
    superuser.commit()


@pytest.mark.parametrize("subject", ["record", "operator"])
def test_two_events_that_changed_places_are_found(
    scene: Scene, sealed: list[UUID], superuser: sa.Connection, subject: str
) -> None:
    whose = str(sealed[0]) if subject == "record" else CONNECTION
    tamper(
        superuser,
        """WITH pair AS (SELECT min(id) AS one, max(id) AS other FROM
                         (SELECT id FROM audit_events WHERE subject = :subject ORDER BY id OFFSET 1 LIMIT 2) p)
           UPDATE audit_events e SET name = o.name, actor = o.actor, at = o.at, detail = o.detail, hash = o.hash,
                  previous = o.previous
             FROM audit_events o, pair
            WHERE (e.id, o.id) IN ((pair.one, pair.other), (pair.other, pair.one))""",
        subject=whose,
    )
    assert "the event before this one is missing, altered or was invented" in found(scene)[whose]


def test_an_event_moved_to_another_moment_is_found_by_its_seal(
    scene: Scene, sealed: list[UUID], superuser: sa.Connection
) -> None:
    tamper(
        superuser,
        "UPDATE audit_events SET recorded_at = recorded_at - interval '1 second' WHERE id = "
        "(SELECT max(id) FROM audit_events)",
    )
    ((subject, problem),) = found(scene).items()
    assert subject.startswith("seal:")
    assert "altered after they were sealed" in problem


@pytest.mark.parametrize("number", [1, 3])
def test_the_newest_events_cut_off_are_found(
    scene: Scene, sealed: list[UUID], superuser: sa.Connection, number: int
) -> None:
    tamper(
        superuser,
        "DELETE FROM audit_events WHERE id IN (SELECT id FROM audit_events ORDER BY id DESC LIMIT :number)",
        number=number,
    )
    said = found(scene)
    assert "one is missing after it" in said[str(sealed[1])]
    assert any(f"{number} of 11 events" in problem for problem in said.values())


def test_the_newest_event_of_an_operator_cut_off_is_found_by_its_subject_and_its_seal(
    scene: Scene, sealed: list[UUID], superuser: sa.Connection
) -> None:
    tamper(
        superuser,
        "DELETE FROM audit_events WHERE id = (SELECT max(id) FROM audit_events WHERE subject = :subject)",
        subject=CONNECTION,
    )
    (subject, problem), (by_seal, missing) = found(scene).items()
    assert (subject, "one is missing after it" in problem) == (CONNECTION, True)
    assert by_seal.startswith("seal:")
    assert missing.startswith("1 of 11 events")


@pytest.mark.parametrize("how", ["DROP TABLE {}", "ALTER TABLE audit_events DETACH PARTITION {}", "TRUNCATE {}"])
def test_a_month_that_is_gone_is_found(scene: Scene, sealed: list[UUID], superuser: sa.Connection, how: str) -> None:
    (month,) = scene.ask("SELECT DISTINCT CAST(CAST(tableoid AS regclass) AS text) AS name FROM audit_events")
    tamper(superuser, how.format(month.name))
    said = found(scene)
    assert {said[str(record)] for record in sealed} == {"all events of this record are missing; "}
    assert any("11 of 11 events" in problem for problem in said.values())


def test_a_month_gone_with_every_seal_is_found_by_all_that_it_told_of(
    scene: Scene, sealed: list[UUID], superuser: sa.Connection
) -> None:
    (month,) = scene.ask("SELECT DISTINCT CAST(CAST(tableoid AS regclass) AS text) AS name FROM audit_events")
    tamper(superuser, f"DROP TABLE {month.name}")
    tamper(superuser, "TRUNCATE audit_seals")
    assert set(found(scene)) == {*(str(record) for record in sealed), CONNECTION, "seal:1"}


def test_a_record_put_back_to_what_it_was_is_found(scene: Scene, sealed: list[UUID], superuser: sa.Connection) -> None:
    tamper(
        superuser,
        """UPDATE records SET state = 'mapped', finished_at = NULL, audit_head =
                  (SELECT previous FROM audit_events WHERE subject = :subject ORDER BY id DESC LIMIT 1)
            WHERE CAST(id AS text) = :subject""",
        subject=str(sealed[1]),
    )
    assert "or it was invented" in found(scene)[str(sealed[1])]
