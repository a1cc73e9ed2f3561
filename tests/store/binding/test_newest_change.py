"""What a connection's newest change is, is found by an index, however much has happened to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from connector.store.binding import bound_setup
from connector.store.binding.newest_change import MOST, UNKNOWN, Trail, vouch
from tests.privileged import vacuum
from tests.store.history import buffers

if TYPE_CHECKING:
    from connector.vault import EnvelopeVault
    from tests.store.scene import Scene

EVENTS = sa.text("""
INSERT INTO audit_events (subject, name, actor, at, detail, hash, previous)
SELECT 'connection:qad', 'connection.paused', 'worker:x', now(),
       CASE WHEN n % 1000 = 0 THEN jsonb_build_object('revision', 'r' || n, 'vouch', 'v' || n) ELSE '{}' END,
       decode(lpad(to_hex(n), 64, '0'), 'hex'), decode(lpad(to_hex(n - 1), 64, '0'), 'hex')
FROM generate_series(1, 20000) n
""")


def test_opening_a_connection_costs_its_changes_and_not_all_that_happened_to_it(scene: Scene) -> None:
    with scene.ledger.begin() as connection:
        connection.execute(EVENTS)
    vacuum(scene.ledger, "audit_events")
    one = sa.text(f"{bound_setup._CONNECTIONS} WHERE c.name = :which")

    (row,) = scene.ask(one.text, which="qad")
    assert row.told[0] == ["r20000", "v20000"]
    assert len(row.told) == 20
    assert buffers(scene, one, which="qad") < 60


def test_the_newest_change_is_the_newest_that_is_vouched_for(vault: EnvelopeVault) -> None:
    key, subject = b"k" * 32, "connection:qad"
    sealed = vault.seal(key, "bindings:00000000-0000-0000-0000-000000000001")
    ours = [(name, vouch(key, subject, name)) for name in ("c", "b", "a")]

    def newest(*told: tuple[str, str | None], key: bytes | None = sealed) -> str | None:
        return Trail(subject=subject, revisions=told, key=key).newest(vault)

    assert newest(("z", None), ("y", "0"), ("x", ours[0][1]), *ours) == "c"
    assert newest(("z", None), ("y", None)) == "z"
    assert newest() is None
    assert newest(("z", None), *ours, key=None) == "z"
    assert newest(("z", None), *ours, key=b"rubbish") == "z"
    assert newest(*[(f"z{n}", None) for n in range(MOST)]) == UNKNOWN


@pytest.mark.parametrize("other", ["connection:jaggaer", "crosswalk:qad"])
def test_a_vouch_is_for_its_subject(other: str) -> None:
    assert vouch(b"k", "connection:qad", "a") != vouch(b"k", other, "a")
