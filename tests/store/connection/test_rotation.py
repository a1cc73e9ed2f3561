from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from connector.domain.errors import ConfigurationError
from connector.domain.token import Token
from connector.ports import Message
from connector.store.binding import bindings
from connector.store.connection import rotation
from connector.store.postgres.transaction import Transaction
from connector.vault import EnvelopeVault, new_key, parse_keys
from tests.waiting import HANG_SECONDS

if TYPE_CHECKING:
    from uuid import UUID

    from connector.store.ledger import Ledger
    from tests.store.scene import Scene

OLD, NEW = new_key(), new_key()


@pytest.fixture
def vault() -> EnvelopeVault:
    return EnvelopeVault(parse_keys(OLD))


@pytest.fixture
def both() -> EnvelopeVault:
    return EnvelopeVault(parse_keys(f"{NEW},{OLD}"))


@pytest.fixture
def filled(scene: Scene) -> list[UUID]:
    ids = scene.read(*((f"INV-{number}", f"content {number}") for number in range(7)))
    for record_id in ids[:3]:
        scene.map(record_id)
    scene.ledger.tokens(scene.ledger.connection("qad").id, scene.vault).renew(None, lambda _: Token(access="one"))
    with scene.ledger.begin() as connection:
        bindings.bind(Transaction(connection), scene.vault, scene.invoices, {"options": {}})
    return ids


def opens(ledger: Ledger, vault: EnvelopeVault, scene: Scene, ids: list[UUID]) -> None:
    for number, record_id in enumerate(ids):
        source, target = scene.payload(record_id, "source"), scene.payload(record_id, "target")
        assert source is not None
        assert vault.open(source, f"records:{record_id}:source") == f"content {number}".encode()
        if target is not None:
            assert vault.open(target, f"records:{record_id}:target") == b'{"body":1}'
    connection = ledger.connection("qad")
    assert vault.open(connection.secrets, f"connections:{connection.id}:secrets") == b'{"password":"canary"}'
    stored = ledger.tokens(connection.id, vault).current()
    assert stored is not None
    assert stored.access == "one"


def test_everything_moves_to_the_newest_key_and_opens_without_the_old_one(
    scene: Scene, filled: list[UUID], both: EnvelopeVault
) -> None:
    rotated = scene.ledger.rotate_vault(both, batch=2)
    assert rotated.rewrapped == {
        "connections.secrets": 2,
        "alert_channels.sealed": 0,
        "bindings.sealed": 1,
        "tokens.sealed": 1,
        "payloads.source": 7,
        "payloads.target": 3,
        "records.source_payload": 0,
        "records.target_payload": 0,
        "pieces.rows": 0,
        "api_answers.answer": 0,
        "job_files.content": 0,
        "jobs.result": 0,
        "comparisons.found": 0,
        "sign_offs.signed": 0,
        "received_messages.body": 0,
    }
    assert rotated.missed == 0
    opens(scene.ledger, EnvelopeVault(parse_keys(NEW)), scene, filled)


def test_status_counts_values_by_key(scene: Scene, filled: list[UUID], both: EnvelopeVault) -> None:
    old, new = OLD.partition(":")[0], NEW.partition(":")[0]
    assert scene.ledger.vault_status(both)["payloads.source"] == {old: 7}
    scene.ledger.rotate_vault(both)
    assert scene.ledger.vault_status(both) == {
        "connections.secrets": {new: 2},
        "alert_channels.sealed": {},
        "bindings.sealed": {new: 1},
        "tokens.sealed": {new: 1},
        "payloads.source": {new: 7},
        "payloads.target": {new: 3},
        "records.source_payload": {},
        "records.target_payload": {},
        "pieces.rows": {},
        "api_answers.answer": {},
        "job_files.content": {},
        "jobs.result": {},
        "comparisons.found": {},
        "sign_offs.signed": {},
        "received_messages.body": {},
    }


def test_rotating_again_has_nothing_to_do(scene: Scene, filled: list[UUID], both: EnvelopeVault) -> None:
    scene.ledger.rotate_vault(both)
    assert sum(scene.ledger.rotate_vault(both).rewrapped.values()) == 0


def test_a_rotation_that_was_interrupted_goes_on(scene: Scene, filled: list[UUID], both: EnvelopeVault) -> None:
    class Interrupted(Exception):
        pass

    def told(column: str, count: int) -> None:
        if column == "payloads.source" and count == 4:
            raise Interrupted

    with pytest.raises(Interrupted):
        rotation.rotate(scene.ledger.begin, both, batch=2, on_batch=told)
    opens(scene.ledger, both, scene, filled)
    assert scene.ledger.rotate_vault(both).rewrapped["payloads.source"] == 3


def test_a_value_changed_in_the_same_moment_is_left_as_it_is(
    scene: Scene, filled: list[UUID], both: EnvelopeVault
) -> None:
    class Racing(EnvelopeVault):
        """While it re-wraps a value, somebody else writes a new one."""

        def rewrap(self, sealed: bytes, identity: str) -> bytes:
            if identity == f"records:{filled[0]}:source":
                fresh = self.seal(b"content 0", identity)
                racer = threading.Thread(
                    target=scene.change,
                    args=("UPDATE payloads SET sealed = :fresh WHERE record_id = :id AND kind = 'source'",),
                    kwargs={"fresh": fresh, "id": filled[0]},
                )
                racer.start()
                racer.join(HANG_SECONDS)
                assert not racer.is_alive(), "somebody else never wrote"
            return super().rewrap(sealed, identity)

    rotated = scene.ledger.rotate_vault(Racing(parse_keys(f"{NEW},{OLD}")))
    assert rotated.missed == 1
    opens(scene.ledger, EnvelopeVault(parse_keys(NEW)), scene, filled)


def test_a_missing_key_is_named_and_nothing_is_lost(scene: Scene, filled: list[UUID], vault: EnvelopeVault) -> None:
    with pytest.raises(ConfigurationError, match=OLD.partition(":")[0]):
        scene.ledger.rotate_vault(EnvelopeVault(parse_keys(NEW)))
    opens(scene.ledger, vault, scene, filled)


def test_records_move_on_during_a_rotation(scene: Scene, filled: list[UUID], both: EnvelopeVault) -> None:
    """A payload claimed under the old key opens, and what is sealed meanwhile under the old key is found next time."""
    claim = scene.held(filled[6])
    scene.ledger.rotate_vault(both)
    assert claim.source_payload is not None
    assert both.open(bytes(claim.source_payload), f"records:{filled[6]}:source") == b"content 6"
    scene.map(filled[5])
    assert scene.ledger.rotate_vault(both).rewrapped["payloads.target"] == 1


def test_bodies_of_messages_move_a_few_at_a_time(scene: Scene, both: EnvelopeVault) -> None:
    inbox = scene.ledger.inbox(scene.ledger.connection("qad").id, scene.vault)
    for number in range(12):
        inbox.keep(Message(entity="invoices", id=f"m{number}"), f"body {number}".encode())
    batches: list[int] = []
    rotation.rotate(scene.ledger.begin, both, on_batch=lambda name, n: batches.append(n) if "body" in name else None)
    assert batches == [5, 10, 12]
    opened = scene.ledger.inbox(scene.ledger.connection("qad").id, EnvelopeVault(parse_keys(NEW)))
    assert [one.body for one in opened.read("invoices")] == [f"body {number}".encode() for number in range(12)]
