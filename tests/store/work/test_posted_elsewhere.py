"""What another integration put into a system of ours, found by its natural key without case."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.domain.gate import Needs, PostedNeed, Posting
from connector.domain.journey import Step
from tests.store.history import costly
from tests.store.scene import Scene, done

if TYPE_CHECKING:
    from connector.store.ledger import Ledger
    from connector.vault import EnvelopeVault

KEY = "10USACO|ABC01|AB-17|INVOICE"


@pytest.fixture
def other(ledger: Ledger, vault: EnvelopeVault, scene: Scene) -> Scene:
    """Another integration, whose flow ``invoices`` writes into the QAD that the first one reads from."""
    other = Scene.set_up(ledger, vault, prefix="other-")
    other.change("UPDATE connections SET system = 'concur' WHERE name = 'other-jaggaer'")
    other.change("UPDATE flows SET reversed = true WHERE integration_id = :id", id=other.integration_id)
    at_one_place(other, "https://qad.example/clouderp")
    at_one_place(scene, "https://qad.example/clouderp")
    return other


def at_one_place(scene: Scene, url: str) -> None:
    scene.change(
        "UPDATE connections c SET system = 'qad', config = jsonb_build_object('base_url', CAST(:url AS text)) "
        "FROM integrations i WHERE i.id = :id AND c.id = i.source_connection_id",
        url=url,
        id=scene.integration_id,
    )


def posted(scene: Scene, key: str = KEY.lower(), number: str = "") -> tuple[Posting, ...]:
    need = PostedNeed(flow="invoices", key=key, number=number)
    with scene.ledger.unit() as unit:
        return unit.links.known(scene.integration_id, Needs(postings=(need,))).posted(need)


def test_what_another_integration_posted_is_known_with_its_number(scene: Scene, other: Scene) -> None:
    record_id = other.read_one("R-1")
    other.map(record_id)
    assert posted(scene) == ()

    attempt, claim = other.sent(other.held(record_id, Step.LOAD), key=KEY)
    assert posted(scene) == (Posting(integration="other-acme", source_key="R-1", certain=False),)
    other.answer(attempt, "accepted", target_id="2026/APINV/7", loaded="print")
    assert [one.certain for one in posted(scene)] == [True]
    del claim
    other.change("UPDATE documents SET target_id = '2026/APINV/7'")
    assert posted(scene) == (Posting(integration="other-acme", source_key="R-1", number="2026/APINV/7"),)
    other.change("UPDATE documents SET target_id = target_key")  # QAD gave no number
    assert posted(scene) == (Posting(integration="other-acme", source_key="R-1"),)


@pytest.mark.parametrize(("answer", "there"), [("refused", 0), ("not sent", 0), ("not there", 0), ("unknown", 1)])
def test_what_surely_did_not_arrive_was_not_posted(scene: Scene, other: Scene, answer: str, there: int) -> None:
    record_id = other.read_one("R-1")
    other.map(record_id)
    attempt, _ = other.sent(other.held(record_id, Step.LOAD), key=KEY)
    other.answer(attempt, answer)
    assert len(posted(scene)) == there


def test_nobody_is_kept_from_what_they_posted_themselves(scene: Scene, other: Scene) -> None:
    record_id = other.read_one("R-1")
    other.map(record_id)
    other.sent(other.held(record_id, Step.LOAD), key=KEY)
    assert posted(other) == ()
    assert posted(scene, key="10USACO|ABC01|AB-18|INVOICE") == ()


def test_it_is_known_by_its_number_in_its_entity_when_somebody_corrected_its_reference(
    scene: Scene, other: Scene
) -> None:
    record_id = other.read_one("R-1")
    other.map(record_id)
    attempt, claim = other.sent(other.held(record_id, Step.LOAD), key=KEY)
    other.answer(attempt, "accepted", target_id="2026/APINV/7", loaded="print")
    assert other.settle(claim, done("2026/APINV/7"))
    by_number = (Posting(integration="other-acme", source_key="R-1", number="2026/APINV/7"),)

    assert posted(scene, number="2026/APINV/7") == by_number
    assert posted(scene, key="10usaco|abc01|corrected|INVOICE", number="2026/APINV/7") == by_number
    assert posted(scene, key="20USACO|abc01|corrected|INVOICE", number="2026/APINV/7") == ()
    assert posted(scene, key="10usaco|abc01|corrected|INVOICE", number="2026/APINV/8") == ()

    other.change("""UPDATE records SET result = '{"facts": {"total": "119.00"}}'""")
    assert [one.facts for one in posted(scene)] == [{"total": "119.00"}]


@pytest.mark.parametrize(
    ("url", "there"),
    [
        ("https://QAD.example/clouderp", 1),
        ("https://qad.example:443/clouderp", 1),
        ("https://qad.example/clouderp//", 1),
        ("https://qad.example/test", 0),
        ("https://qad.example:4430/clouderp", 0),
        ("https://qad.example:80/clouderp", 0),
        ("http://qad.example/clouderp", 0),
        ("https://qad.example/clouderp:443", 0),
    ],
)
def test_two_connections_to_one_address_are_one_system(scene: Scene, other: Scene, url: str, there: int) -> None:
    record_id = other.read_one("R-1")
    other.map(record_id)
    other.sent(other.held(record_id, Step.LOAD), key=KEY)
    at_one_place(other, url)
    assert len(posted(scene)) == there


@pytest.mark.parametrize(("url", "there"), [("http://localhost:80", 1), ("http://localhost:443", 0)])
def test_plain_http_has_a_port_of_its_own(scene: Scene, other: Scene, url: str, there: int) -> None:
    record_id = other.read_one("R-1")
    other.map(record_id)
    other.sent(other.held(record_id, Step.LOAD), key=KEY)
    at_one_place(scene, "http://localhost/")
    at_one_place(other, url)
    assert len(posted(scene)) == there


def test_what_was_put_into_another_system_is_not_meant(scene: Scene, other: Scene) -> None:
    record_id = other.read_one("R-1")
    other.map(record_id)
    other.sent(other.held(record_id, Step.LOAD), key=KEY)
    other.change("UPDATE flows SET reversed = false WHERE integration_id = :id", id=other.integration_id)
    assert posted(scene) == ()


def test_asking_reads_no_history(worn: Scene) -> None:
    worn.change("UPDATE documents SET target_key = source_key WHERE target_key IS NULL")
    with_other = Scene.set_up(worn.ledger, worn.vault, prefix="asking-")
    at_one_place(with_other, "https://qad.example/worn")
    at_one_place(worn, "https://qad.example/worn")
    worn.change("UPDATE flows SET reversed = true WHERE integration_id = :id", id=worn.integration_id)
    worn.alter("ANALYZE documents")
    assert costly(worn, lambda _: posted(with_other, key="nobody's", number="nobody's")) == {}
