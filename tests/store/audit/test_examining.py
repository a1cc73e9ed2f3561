"""What ``audit verify`` reads, how often, and what it says of what it did not read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from connector.store.audit import verifying
from tests.statements import counted

if TYPE_CHECKING:
    from connector.store.audit.recomputing import Mark
    from tests.store.scene import Scene


def verified(scene: Scene) -> Mark:
    """Seal everything and find it whole."""
    scene.seal()
    examined = scene.ledger.examine()
    assert examined.findings == []
    assert examined.mark is not None
    return examined.mark


def since(scene: Scene, mark: Mark) -> dict[str, str]:
    said: dict[str, str] = {}
    for finding in scene.ledger.examine(since=mark).findings:
        said[finding.subject] = f"{said.get(finding.subject, '')}{finding.problem}; "
    return said


def tamper(superuser: sa.Connection, statement: str, **values: object) -> None:
    superuser.execute(sa.text(statement), values)
    superuser.commit()


def test_what_is_new_is_read_alone_and_the_rest_is_counted(scene: Scene) -> None:
    first = scene.read_one("INV-1")
    mark = verified(scene)
    scene.finish(first)
    scene.read_one("INV-2")
    examined = scene.ledger.examine(since=mark)
    assert (examined.findings, examined.events, examined.passed_over) == ([], 4, 1)
    assert examined.mark == mark
    scene.seal()
    later = scene.ledger.examine(since=mark)
    assert later.mark is not None
    assert later.mark.upto == scene.ask("SELECT max(id) AS id FROM audit_events")[0].id
    assert scene.ledger.examine(since=later.mark).events == 0


def test_an_event_of_before_is_left_to_the_whole_verification(scene: Scene, superuser: sa.Connection) -> None:
    scene.finish(scene.read_one("INV-1"))
    mark = verified(scene)
    tamper(superuser, "UPDATE audit_events SET actor = 'nobody' WHERE name = 'record.mapped'")
    assert since(scene, mark) == {}
    assert len(scene.ledger.verify()) == 1


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("UPDATE audit_events SET actor = 'nobody' WHERE id > :upto AND name = 'record.mapped'", "was altered"),
        ("DELETE FROM audit_events WHERE name = 'record.mapped'", "the event before this one is missing"),
        ("DELETE FROM audit_events WHERE id > :upto", "one is missing after it"),
        ("DELETE FROM audit_events WHERE id = (SELECT max(id) FROM audit_events)", "1 of 3 events numbered"),
        ("DELETE FROM audit_seals WHERE id > :seal", ""),
        ("DELETE FROM audit_seals WHERE id = :seal", "it is gone or altered"),
        ("UPDATE audit_seals SET digest = previous WHERE id = :seal", "it is gone or altered"),
        ("DELETE FROM audit_seals WHERE id < :seal", "a seal before this one was removed or altered"),
        (
            (
                "UPDATE audit_events SET previous = decode(repeat('00', 32), 'hex') "
                "WHERE id = (SELECT min(id) FROM audit_events WHERE id > :upto)"
            ),
            "the event before this one is missing",
        ),
    ],
)
def test_what_was_changed_behind_the_last_verification_is_found(
    scene: Scene, superuser: sa.Connection, statement: str, problem: str
) -> None:
    scene.read_one("INV-0")
    scene.seal()
    first = scene.read_one("INV-1")
    mark = verified(scene)
    scene.finish(first)
    assert scene.seal() == 3
    tamper(superuser, f"{statement}  -- :upto :seal", upto=mark.upto, seal=mark.seal)
    assert problem in "; ".join(since(scene, mark).values())


def test_the_newest_events_of_a_record_are_missed_although_they_are_old(scene: Scene, superuser: sa.Connection) -> None:
    first = scene.read_one("INV-1")
    scene.finish(first)
    mark = verified(scene)
    tamper(superuser, "DELETE FROM audit_events WHERE id = (SELECT max(id) FROM audit_events)")
    assert "one is missing after it" in since(scene, mark)[str(first)]


def test_a_thousand_seals_cost_no_statement_more_than_one(scene: Scene) -> None:
    costs = []
    for _ in range(2):
        for number in range(10):
            scene.read_one(f"INV-{len(costs)}-{number}")
            assert scene.seal() == 1
        with counted(scene.ledger) as statements:
            assert scene.ledger.verify() == []
        costs.append(len(statements))
    assert costs[0] == costs[1]


def test_it_says_how_far_it_is(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifying, "_STEP", 2)
    scene.finish(scene.read_one("INV-1"))
    scene.seal()
    heard: list[tuple[str, int, int]] = []
    scene.ledger.examine(report=lambda *told: heard.append(told))
    assert heard == [("events", 2, 4), ("events", 4, 4), ("seals", 1, 1)]


def test_it_can_be_stopped_and_begun_again(scene: Scene) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    scene.read_one("INV-1")
    with pytest.raises(KeyboardInterrupt):
        scene.ledger.examine(report=stop)
    assert scene.ledger.verify() == []
    assert scene.seal() == 1


def test_findings_end_where_nobody_would_read_on(
    scene: Scene, superuser: sa.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verifying, "MOST_FINDINGS", 3)
    scene.read(*((f"INV-{number}", "one") for number in range(5)))
    scene.seal()
    tamper(superuser, "UPDATE audit_events SET actor = 'nobody'")
    examined = scene.ledger.examine()
    assert len(examined.findings) == 3
    assert examined.mark is None
