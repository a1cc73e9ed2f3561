"""Which master keys seal anything is known at once, however much is sealed, and by workers of whatever release."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.vault import EnvelopeVault, new_key, parse_keys
from tests.store.history import costly

if TYPE_CHECKING:
    from tests.store.scene import Scene


def test_one_value_among_thousands_is_found_without_looking_at_the_others(worn: Scene) -> None:
    (common,) = worn.vault.key_ids
    assert worn.ledger.vault_keys(worn.vault)["records.target_payload"] == [common]

    rare = EnvelopeVault(parse_keys(new_key()))
    sealed = rare.seal(b"a document", "anywhere")
    worn.change("UPDATE records SET target_payload = :sealed WHERE source_key = 'OLD-7'", sealed=sealed)

    assert set(worn.ledger.vault_keys(worn.vault)["records.target_payload"]) == {common, *rare.key_ids}
    assert costly(worn, lambda scene: scene.ledger.vault_keys(scene.vault), most=30) == {}


def test_what_is_not_sealed_has_no_key(worn: Scene) -> None:
    for nothing in (None, b"", b"\x01"):
        worn.change("UPDATE records SET source_payload = :nothing WHERE source_key = 'OLD-8'", nothing=nothing)
        assert worn.ledger.vault_keys(worn.vault)["records.source_payload"] == [*worn.vault.key_ids]


def test_a_rotation_that_has_nothing_to_do_looks_at_nothing(worn: Scene) -> None:
    worn.change("UPDATE records SET target_payload = source_payload WHERE source_key = 'OLD-7'")
    assert costly(worn, lambda scene: scene.ledger.rotate_vault(scene.vault), most=30) == {}
