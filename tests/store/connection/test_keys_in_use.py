"""Which master keys seal anything is known at once, however much is sealed, and by workers of whatever release."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.vault import EnvelopeVault, new_key, parse_keys
from tests.store.history import costly

if TYPE_CHECKING:
    from tests.store.scene import Scene

_SEAL = """
UPDATE payloads SET sealed = :sealed
WHERE kind = '{}' AND record_id IN (SELECT id FROM records WHERE source_key = '{}')
"""


def test_one_value_among_thousands_is_found_without_looking_at_the_others(worn: Scene) -> None:
    (common,) = worn.vault.key_ids
    assert worn.ledger.vault_keys(worn.vault)["payloads.target"] == [common]

    rare = EnvelopeVault(parse_keys(new_key()))
    sealed = rare.seal(b"a document", "anywhere")
    worn.change(_SEAL.format("target", "OLD-7"), sealed=sealed)

    assert set(worn.ledger.vault_keys(worn.vault)["payloads.target"]) == {common, *rare.key_ids}
    assert costly(worn, lambda scene: scene.ledger.vault_keys(scene.vault), most=30) == {}


def test_what_is_not_sealed_has_no_key(worn: Scene) -> None:
    for nothing in (b"", b"\x01"):
        worn.change(_SEAL.format("source", "OLD-8"), sealed=nothing)
        assert worn.ledger.vault_keys(worn.vault)["payloads.source"] == [*worn.vault.key_ids]


def test_a_rotation_that_has_nothing_to_do_looks_at_nothing(worn: Scene) -> None:
    worn.change(_SEAL.format("target", "OLD-7"), sealed=worn.vault.seal(b"a document", "records"))
    assert costly(worn, lambda scene: scene.ledger.rotate_vault(scene.vault), most=30) == {}
