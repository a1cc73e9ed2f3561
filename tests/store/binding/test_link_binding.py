"""Links that somebody changes by hand lead no document, and those of an earlier release are bound in turn."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from connector.domain.errors import ConfigurationError
from connector.domain.gate import LinkNeed, Needs
from connector.domain.journey import Step
from connector.domain.record import State
from connector.store.binding import link_binding
from connector.store.ledger import Ledger
from connector.store.postgres.transaction import Transaction
from tests.privileged import alter, url_of
from tests.store.scene import done

if TYPE_CHECKING:
    from connector.domain.gate import Link
    from tests.store.scene import Scene

REFUSED = r"link:acme/suppliers/10 was changed behind ml-connector's back, so nothing is posted by it"


def link(scene: Scene, key: str = "10", *, ledger: Ledger | None = None) -> Link:
    """As the mapping of an invoice gets it."""
    with (ledger or scene.ledger).unit() as unit:
        needs = Needs(links=(LinkNeed(flow="suppliers", key=key),))
        return unit.links.known(scene.integration_id, needs).link("suppliers", key)


@pytest.fixture
def suppliers(scene: Scene) -> Scene:
    for key in ("10", "20"):
        record_id = scene.read_one(key, flow=scene.suppliers)
        scene.map(record_id)
        _, claim = scene.sent(scene.held(record_id, Step.LOAD), key=f"K{key}")
        assert scene.settle(claim, done(f"S-{key}"))
    assert (link(scene).target_id, link(scene).target_key) == ("S-10", "K10")
    return scene


def all_is_bound(scene: Scene) -> None:
    scene.ledger.housekeeping()
    assert scene.ask("SELECT FROM audit_events WHERE subject = 'setup:links'")


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE documents SET target_id = 'EVIL' WHERE source_key = '10'",
        "UPDATE documents SET target_key = 'EVIL' WHERE source_key = '10'",
        "UPDATE documents d SET target_id = 'S-20', bound = o.bound FROM documents o WHERE o.source_key = '20'",
        (
            "UPDATE documents SET source_key = '5' WHERE source_key = '10'; "
            "UPDATE documents SET source_key = '10' WHERE source_key = '20'"
        ),
        "UPDATE documents SET target_id = 'EVIL', bound = NULL WHERE source_key = '10'",
    ],
)
def test_no_document_follows_a_link_that_was_changed(suppliers: Scene, change: str) -> None:
    all_is_bound(suppliers)
    for statement in change.split("; "):
        suppliers.change(statement)

    fresh = Ledger(url_of(suppliers.ledger.engine.url), keys=lambda: suppliers.vault)
    for seen in (suppliers.ledger, fresh):  # a process that has the key, and one that has not yet
        with pytest.raises(ConfigurationError, match=REFUSED):
            link(suppliers, ledger=seen)
    fresh.close()
    suppliers.ledger.housekeeping()
    with pytest.raises(ConfigurationError, match=REFUSED):
        link(suppliers)


def test_a_later_version_does_not_make_a_changed_link_right(suppliers: Scene) -> None:
    suppliers.change("UPDATE documents SET target_id = 'EVIL', target_key = 'EVIL' WHERE source_key = '10'")
    record_id = suppliers.read_one("10", "second", flow=suppliers.suppliers)
    suppliers.map(record_id)
    claim = suppliers.held(record_id, Step.LOAD)
    assert claim.target_id == "EVIL"
    assert suppliers.settle(claim, done(claim.target_id))

    with pytest.raises(ConfigurationError, match=REFUSED):
        link(suppliers)


def test_what_an_earlier_release_links_is_bound_until_its_last_process_is_gone(suppliers: Scene) -> None:
    suppliers.change("UPDATE documents SET bound = NULL")
    suppliers.change("INSERT INTO workers (id, host, pid, kind) VALUES (gen_random_uuid(), 'older', 1, 'worker')")
    assert link(suppliers).target_id == "S-10"

    assert "bound 2 links of an earlier release" in suppliers.ledger.housekeeping()
    assert suppliers.ask("SELECT FROM audit_events WHERE subject = 'setup:links'") == []
    suppliers.change("UPDATE documents SET bound = NULL WHERE source_key = '20'")  # it loads one more
    assert "bound 1 links" in suppliers.ledger.housekeeping()

    suppliers.change("UPDATE workers SET heartbeat_at = now() - interval '10 minutes' WHERE host = 'older'")
    all_is_bound(suppliers)
    suppliers.change("UPDATE documents SET bound = NULL WHERE source_key = '10'")
    assert "bound" not in suppliers.ledger.housekeeping()
    with pytest.raises(ConfigurationError, match=rf"{REFUSED}: it is there without the seal every link has"):
        link(suppliers)
    assert link(suppliers, "20").target_id == "S-20"


@pytest.mark.parametrize("removed", ["DELETE FROM bindings", "UPDATE bindings SET sealed = 'rubbish'"])
def test_a_key_that_is_gone_is_not_made_anew_and_what_was_posted_is_written_down(
    suppliers: Scene, removed: str
) -> None:
    all_is_bound(suppliers)
    alter(suppliers.ledger, removed)
    fresh = Ledger(url_of(suppliers.ledger.engine.url), keys=lambda: suppliers.vault)
    with pytest.raises(ConfigurationError, match=r"The key that binds links was removed|not in the vault's format"):
        link(suppliers, ledger=fresh)
    assert fresh.housekeeping().startswith("sealed ")
    later = replace(suppliers, ledger=fresh)
    later.finish(later.read_one("30", flow=suppliers.suppliers), "S-30")
    with fresh.begin() as connection:
        assert link_binding.confirm_all(Transaction(connection), suppliers.vault) == 3
    assert [link(later, key).target_id for key in ("10", "20", "30")] == ["S-10", "S-20", "S-30"]
    later.change("UPDATE documents SET target_id = 'EVIL'")
    with pytest.raises(ConfigurationError, match=REFUSED):
        link(later)
    fresh.close()


def test_a_running_process_learns_of_a_new_key_before_it_refuses_and_before_it_binds(suppliers: Scene) -> None:
    all_is_bound(suppliers)
    alter(suppliers.ledger, "UPDATE bindings SET sealed = 'rubbish'")
    reading = Ledger(url_of(suppliers.ledger.engine.url), keys=lambda: suppliers.vault)
    with reading.begin() as connection:
        assert link_binding.confirm_all(Transaction(connection), suppliers.vault) == 2
    suppliers.change("UPDATE documents SET target_id = 'EVIL' WHERE source_key = '20'")

    # it knew the key of before, and writes first
    record_id = suppliers.read_one("30", flow=suppliers.suppliers)
    suppliers.map(record_id)
    _, claim = suppliers.sent(suppliers.held(record_id, Step.LOAD), key="K30")
    taken = replace(done("S-30"), state=State.LOADED, result={"facts": {"company": "30USACO"}})
    assert suppliers.settle(claim, taken)
    for ledger in (suppliers.ledger, reading):
        assert link(suppliers, "10", ledger=ledger).target_id == "S-10"
        assert link(suppliers, "30", ledger=ledger).facts == {"company": "30USACO"}
        with pytest.raises(ConfigurationError, match="link:acme/suppliers/20 was changed behind"):
            link(suppliers, "20", ledger=ledger)

    alter(suppliers.ledger, "UPDATE bindings SET sealed = 'rubbish'")  # no key, so the one that is known counts
    assert link(suppliers, "30").target_id == "S-30"
    with pytest.raises(ConfigurationError, match="link:acme/suppliers/20 was changed behind"):
        link(suppliers, "20")
    alter(suppliers.ledger, "DELETE FROM bindings")
    with reading.begin() as connection:
        link_binding.confirm_all(Transaction(connection), suppliers.vault)
    assert link(suppliers, "20").target_id == "EVIL"  # somebody has taken it as it is; and it reads first
    reading.close()


def test_links_are_looked_at_flow_by_flow(suppliers: Scene) -> None:
    all_is_bound(suppliers)
    suppliers.finish(suppliers.read_one("INV-1"), "I-1")
    suppliers.change("UPDATE documents SET target_id = 'EVIL-' || source_key")
    suppliers.change("UPDATE documents SET target_id = NULL WHERE source_key = '20'")
    with suppliers.ledger.begin() as connection:
        tx = Transaction(connection)
        every = {subject for subject, _ in link_binding.amiss(tx, suppliers.vault)}
        some = [subject for subject, _ in link_binding.amiss(tx, suppliers.vault, most=1)]
    assert every == {"link:acme/suppliers/10", "link:acme/suppliers/20", "link:acme/invoices/INV-1"}
    assert sorted(some) == ["link:acme/invoices/INV-1", "link:acme/suppliers/10"]  # one of each flow


@pytest.fixture
def posted(scene: Scene) -> Scene:
    """Two invoices that the target has taken, of which it said in which company they are."""
    for key, company in (("10", "10USACO"), ("20", "20USACO")):
        record_id = scene.read_one(key, flow=scene.suppliers)
        scene.map(record_id)
        _, claim = scene.sent(scene.held(record_id, Step.LOAD), key=f"K{key}")
        taken = replace(done(f"S-{key}"), state=State.LOADED, result={"facts": {"company": company}})
        assert scene.settle(claim, taken)
    assert link(scene).facts == {"company": "10USACO"}
    return scene


@pytest.mark.parametrize(
    "change",
    [
        """UPDATE records SET result = jsonb_set(result, '{facts,company}', '"EVIL"') WHERE source_key = '10'""",
        """UPDATE records SET result = '{"facts": {"company": "EVIL"}}' WHERE source_key = '10'""",
        "UPDATE records r SET result = o.result FROM records o WHERE o.source_key = '20'",
        "UPDATE records r SET document_id = d.id, version = 2 FROM documents d WHERE d.source_key < r.source_key",
    ],
)
def test_no_payment_follows_facts_that_were_changed(posted: Scene, change: str) -> None:
    all_is_bound(posted)
    posted.change(change)

    with pytest.raises(ConfigurationError, match=rf"{REFUSED}: it has facts .* that no worker wrote"):
        link(posted)
    with posted.ledger.begin() as connection:
        tx = Transaction(connection)
        subject = "link:acme/suppliers/20" if "document_id" in change else "link:acme/suppliers/10"
        assert subject in {subject for subject, _ in link_binding.amiss(tx, posted.vault)}
        assert link_binding.confirm(tx, link_binding.key_of(tx, posted.vault), "acme/suppliers/10") is not None
    assert link(posted).facts != {"company": "10USACO"}


def test_no_source_is_told_of_facts_that_were_changed(posted: Scene) -> None:
    all_is_bound(posted)
    steering = posted.ledger.steering
    assert steering is not None
    records = {row.source_key: row.id for row in posted.ask("SELECT id, source_key FROM records")}
    steering.told(posted.held(records["20"], Step.CONFIRM))
    posted.change(
        """UPDATE records SET result = jsonb_set(result, '{facts,company}', '"EVIL"') WHERE source_key = '10'"""
    )
    with pytest.raises(
        ConfigurationError, match=r"link:acme/suppliers/10 was .* so its source is not told of it: it has"
    ):
        steering.told(posted.held(records["10"], Step.CONFIRM))


def test_facts_of_an_earlier_release_are_bound_in_turn(posted: Scene) -> None:
    posted.change("UPDATE records SET result = result - 'bound'")
    assert link(posted).facts == {"company": "10USACO"}
    assert "bound 2 links" in posted.ledger.housekeeping()
    with posted.ledger.begin() as connection:
        assert list(link_binding.amiss(Transaction(connection), posted.vault)) == []
