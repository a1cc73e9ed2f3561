"""Somebody owns the tables, switches the triggers off and knows all of this code. They have no master key."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from connector.domain.errors import ConfigurationError
from connector.operations.check import Health
from connector.operations.health import postgres
from connector.store import operator
from connector.store.audit import seals, trail
from connector.store.audit.trusted_seals import Known
from connector.store.connection import rotation
from connector.store.ledger import Ledger
from connector.store.postgres.transaction import Transaction
from connector.vault import EnvelopeVault, new_key, parse_keys
from tests.privileged import tampering
from tests.store.scene import AT

if TYPE_CHECKING:
    from connector.store.audit.verifying import Examined
    from tests.store.scene import Scene

CONNECTION = "connection:acme"
OLD, NEW = new_key(), new_key()


@pytest.fixture
def vault() -> EnvelopeVault:
    return EnvelopeVault(parse_keys(OLD))


@dataclass
class Auditor:
    """Verifies with master keys of their own."""

    scene: Scene

    def __call__(self, keys: str = OLD, *known: str) -> Examined:
        url = self.scene.ledger.engine.url.render_as_string(hide_password=False)
        ledger = Ledger(url, keys=lambda: EnvelopeVault(parse_keys(keys)))
        try:
            return ledger.examine(known=[Known(digest=digest, missed="expected") for digest in known])
        finally:
            ledger.close()

    def problems(self, keys: str = OLD, *known: str) -> str:
        return "; ".join(f"{found.subject}: {found.problem}" for found in self(keys, *known).findings)


@pytest.fixture
def auditor(scene: Scene) -> Auditor:
    return Auditor(scene)


def operated(scene: Scene, subject: str = CONNECTION) -> None:
    with scene.ledger.begin() as connection:
        happened = trail.event(subject, "operator.changed", actor="operator:jane", at=AT, detail={})
        trail.append(Transaction(connection), happened)


@pytest.fixture
def lived(scene: Scene) -> Scene:
    """Two seals over a record and what operators did."""
    scene.finish(scene.read_one("INV-1"))
    operated(scene)
    assert scene.seal() == 5
    operated(scene)
    operated(scene, "integration:acme")
    assert scene.seal() == 2
    return scene


def newest(scene: Scene) -> str:
    return bytes(scene.ask("SELECT digest FROM audit_seals ORDER BY id DESC LIMIT 1")[0].digest).hex()


def forget(connection: sa.Connection) -> None:
    """Remove one subject's events, and every seal."""
    connection.execute(sa.text("DELETE FROM audit_events WHERE subject = :subject"), {"subject": CONNECTION})
    connection.execute(sa.text("DELETE FROM audit_seals"))


def test_the_events_of_a_subject_removed_with_all_seals_are_found(lived: Scene, auditor: Auditor) -> None:
    assert auditor.problems() == ""
    with tampering(lived.ledger) as owner:
        forget(owner)
    said = auditor.problems()
    assert f"{CONNECTION}: all events of this subject are missing" in said
    assert "this seal is the newest that was made here; it is gone or altered" in said


def test_nothing_is_sealed_over_a_trail_whose_newest_seal_is_gone(lived: Scene, auditor: Auditor) -> None:
    with tampering(lived.ledger) as owner:
        forget(owner)
    operated(lived, "flow:acme/invoices")
    with pytest.raises(ConfigurationError, match="the newest that was made, is gone or altered"):
        lived.seal()
    assert lived.ask("SELECT id FROM audit_seals") == []


def test_housekeeping_does_everything_else_when_it_may_not_seal(lived: Scene) -> None:
    with tampering(lived.ledger) as owner:
        forget(owner)
    lived.change(
        "INSERT INTO workers (id, host, pid, kind, heartbeat_at) "
        "VALUES (gen_random_uuid(), 'here', 2, 'worker', now() - interval '2 days')"
    )
    with pytest.raises(ConfigurationError, match="gone or altered"):
        lived.ledger.housekeeping()
    assert lived.ask("SELECT id FROM workers WHERE pid = 2") == []


def test_every_trace_inside_the_database_removed_is_found_by_a_seal_that_was_kept(
    lived: Scene, auditor: Auditor
) -> None:
    kept = newest(lived)
    with tampering(lived.ledger) as owner:
        forget(owner)
        owner.execute(sa.text("DELETE FROM audit_newest_seal"))
        owner.execute(sa.text("DELETE FROM audit_heads WHERE subject = :subject"), {"subject": CONNECTION})
    assert lived.seal() == 5, "and sealed anew"
    assert auditor.problems() == "", "so much nobody can tell from the inside"
    assert auditor.problems(OLD, kept) == "seal:unknown: expected"
    assert auditor.problems(OLD, newest(lived)) == ""


def forge(connection: sa.Connection, scene: Scene, keys: EnvelopeVault | None) -> None:
    """Remove a subject and its seals, and seal what is left with what one has."""
    forget(connection)
    connection.execute(sa.text("DELETE FROM audit_newest_seal"))
    connection.execute(sa.text("DELETE FROM audit_heads"))
    connection.execute(
        sa.text(
            "INSERT INTO audit_heads SELECT DISTINCT ON (subject) subject, hash FROM audit_events ORDER BY 1, id DESC"
        )
    )
    assert seals.seal(Transaction(connection), keys, dt.timedelta(0)) is not None


def test_seals_made_anew_under_another_key_are_found(lived: Scene, auditor: Auditor) -> None:
    (name, _), thief = OLD.split(":"), new_key().split(":")[1]
    with tampering(lived.ledger) as owner:
        forge(owner, lived, EnvelopeVault(parse_keys(f"{name}:{thief}")))
    assert "this seal was not made with the master key" in auditor.problems()


def test_seals_made_anew_under_a_key_of_another_name_are_found(lived: Scene, auditor: Auditor) -> None:
    with tampering(lived.ledger) as owner:
        forge(owner, lived, EnvelopeVault(parse_keys(NEW)))
    assert f"names the master key {NEW.split(':')[0]}, which is not at hand" in auditor.problems()


def test_seals_made_anew_without_a_key_do_not_count_as_sealed(lived: Scene, auditor: Auditor) -> None:
    with tampering(lived.ledger) as owner:
        forge(owner, lived, None)
    examined = auditor()
    assert (examined.sealed, examined.unsealed, examined.unkeyed_upto) == (None, 5, 7)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit_seals SET to_at = to_at + interval '1 hour'",
        "UPDATE audit_seals SET mac = decode(repeat('00', 32), 'hex')",
        "UPDATE audit_seals SET mac = NULL, key_id = NULL",
        "UPDATE audit_seals SET key_id = 'somebody'",
        "UPDATE audit_seals SET digest = previous",
    ],
)
def test_the_newest_seal_altered_in_any_part_is_found(lived: Scene, auditor: Auditor, change: str) -> None:
    with tampering(lived.ledger) as owner:
        owner.execute(sa.text(f"{change} WHERE id = (SELECT max(id) FROM audit_seals)"))  # noqa: S608  constant parts only
    assert "seal:" in auditor.problems()
    if "somebody" not in change:
        operated(lived)
        with pytest.raises(ConfigurationError, match="gone or altered"):
            lived.seal()


def test_the_newest_seal_and_all_it_covers_cut_off_are_found(lived: Scene, auditor: Auditor) -> None:
    with tampering(lived.ledger) as owner:
        owner.execute(sa.text("DELETE FROM audit_events WHERE id > (SELECT min(upto_id) FROM audit_seals)"))
        owner.execute(sa.text("DELETE FROM audit_seals WHERE id = (SELECT max(id) FROM audit_seals)"))
    said = auditor.problems()
    assert "integration:acme: all events of this subject are missing" in said
    assert f"{CONNECTION}: this is not the newest event the subject knows of" in said
    assert "this seal is the newest that was made here" in said


def test_an_event_of_a_subject_that_nothing_remembers_is_found(lived: Scene, auditor: Auditor) -> None:
    with tampering(lived.ledger) as owner:
        owner.execute(sa.text("DELETE FROM audit_heads WHERE subject = 'integration:acme'"))
    assert "integration:acme: nothing remembers this subject" in auditor.problems()


def test_days_without_a_seal_are_not_taken_for_whole(scene: Scene, auditor: Auditor) -> None:
    operated(scene)
    assert auditor.problems() == "", "it is young"
    with tampering(scene.ledger) as owner:
        owner.execute(sa.text("UPDATE audit_events SET recorded_at = recorded_at - interval '3 days'"))
    assert "not one seal" in auditor.problems()


def test_the_doctor_says_when_nothing_is_sealed_any_more(lived: Scene) -> None:
    def said() -> tuple[Health, str]:
        with operator.transaction.transaction(lived.ledger, actor="test") as tx:
            check = postgres.sealing(tx, seals.LAG)
        return check.health, check.found

    operated(lived)
    assert said()[0] is Health.OK
    with tampering(lived.ledger) as owner:
        owner.execute(sa.text("UPDATE audit_events SET recorded_at = recorded_at - interval '3 hours' WHERE id = 8"))
    assert said()[0] is Health.WARNING
    with tampering(lived.ledger) as owner:
        owner.execute(sa.text("UPDATE audit_seals SET mac = NULL"))
    assert said() == (Health.WRONG, "The newest seal is gone or altered.")


def test_it_is_said_until_when_the_trail_is_sealed_and_what_is_not(lived: Scene, auditor: Auditor) -> None:
    operated(lived)
    examined = auditor()
    assert examined.sealed is not None
    assert examined.sealed_since is not None
    last = lived.ask("SELECT recorded_at FROM audit_events WHERE id = :id", id=examined.sealed.upto)[0].recorded_at
    assert (examined.sealed.upto, examined.sealed_until, examined.unsealed) == (7, last, 1)
    assert (examined.sealed_since.upto, examined.unkeyed_upto) == (5, 0)


def test_what_an_older_release_sealed_stays_whole_and_is_told_apart(scene: Scene, auditor: Auditor) -> None:
    operated(scene)
    with scene.ledger.begin() as connection:
        assert seals.seal(Transaction(connection), None, dt.timedelta(0)) is not None
    examined = auditor()
    assert (examined.findings, examined.sealed, examined.unkeyed_upto) == ([], None, 1)
    operated(scene)
    assert scene.seal() == 1
    operated(scene)
    with scene.ledger.begin() as connection:  # a worker that was not replaced yet
        assert seals.seal(Transaction(connection), None, dt.timedelta(0)) is not None
    operated(scene)
    assert scene.seal() == 1
    examined = auditor()
    assert examined.findings == []
    assert examined.sealed is not None
    assert (examined.sealed.upto, examined.unkeyed_upto, examined.unsealed) == (4, 1, 0)


def test_nobody_seals_without_a_key(lived: Scene) -> None:
    operated(lived)
    url = lived.ledger.engine.url.render_as_string(hide_password=False)
    keyless = Ledger(url, seal_lag=dt.timedelta(0))
    assert keyless.housekeeping().startswith("sealed 0 events")
    keyless.close()


@pytest.fixture
def rotated(lived: Scene) -> Scene:
    """A new master key vouches for everything, and the old one is thrown away."""
    both = EnvelopeVault(parse_keys(f"{NEW},{OLD}"))
    assert lived.ledger.vault_keys(both)[rotation.SEALS] == [OLD.split(":")[0]]
    lived.ledger.rotate_vault(both)
    assert lived.ledger.vault_keys(both)[rotation.SEALS] == [NEW.split(":")[0]]
    assert lived.ledger.vault_status(both)[rotation.SEALS] == {NEW.split(":")[0]: 1}
    return lived


def test_seals_under_a_master_key_that_is_gone_stay_verifiable(rotated: Scene, auditor: Auditor) -> None:
    count = len(rotated.ask("SELECT id FROM audit_seals"))
    rotated.ledger.rotate_vault(EnvelopeVault(parse_keys(f"{NEW},{OLD}")))
    assert len(rotated.ask("SELECT id FROM audit_seals")) == count, "once is enough"
    for keys in (NEW, f"{NEW},{OLD}"):
        examined = auditor(keys)
        assert examined.findings == []
        assert examined.sealed is not None
        assert (examined.sealed.upto, examined.unsealed) == (7, 0)
    assert "add that key" in auditor.problems(OLD), "whoever verifies with yesterday's keys is told"


def test_what_the_old_key_sealed_cannot_be_changed_under_the_new_one(rotated: Scene, auditor: Auditor) -> None:
    with tampering(rotated.ledger) as owner:
        owner.execute(sa.text("DELETE FROM audit_events WHERE subject = :subject"), {"subject": CONNECTION})
    assert "of 5 events numbered 1 to 5 are missing" in auditor.problems(NEW)
