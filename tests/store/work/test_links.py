from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

from connector.domain.gate import CodeNeed, LinkNeed, LinkState, Needs
from connector.domain.journey import Change, Step
from connector.domain.record import Hold, State
from connector.store.postgres.transaction import Transaction
from connector.store.work import releasing
from tests.store.scene import BURIED, WAITS, done

if TYPE_CHECKING:
    from uuid import UUID

    from connector.domain.gate import Known
    from tests.store.scene import Scene

SKIPPED = Change(state=State.SKIPPED, event="record.skipped", why="not ours")
PARKED = Change(
    state=State.EXTRACTED,
    event="record.parked",
    why="no row",
    hold=Hold.PARK,
    gate="crosswalk units 'EA'",
    waits_for=("crosswalk:units:EA",),
    due_in=dt.timedelta(hours=1),
)


def ask(scene: Scene, *keys: str, codes: tuple[CodeNeed, ...] = ()) -> Known:
    needs = Needs(links=tuple(LinkNeed(flow="suppliers", key=key) for key in keys), codes=codes)
    with scene.ledger.unit() as unit:
        return unit.links.known(scene.integration_id, needs)


def is_due(scene: Scene, record_id: UUID) -> bool:
    return bool(scene.ask("SELECT due_at <= now() AS due FROM records WHERE id = :id", id=record_id)[0].due)


def waiting(scene: Scene, key: str = "INV-1", change: Change = WAITS) -> UUID:
    record_id = scene.read_one(key)
    assert scene.settle(scene.held(record_id), change)
    assert not is_due(scene, record_id)
    return record_id


def test_the_ledger_says_what_it_knows_of_a_document(scene: Scene) -> None:
    for key in ("loaded", "under way", "skipped", "dead"):
        scene.read((key, "one"), flow=scene.suppliers)
    record = {row.source_key: row.id for row in scene.ask("SELECT id, source_key FROM records")}
    scene.finish(record["loaded"], "S-77")
    assert scene.settle(scene.held(record["skipped"]), SKIPPED)
    assert scene.settle(scene.held(record["dead"]), BURIED)
    known = ask(scene, "loaded", "under way", "skipped", "dead", "never read")
    states = {key: known.link("suppliers", key).state for key in (*record, "never read")}
    assert states == {
        "loaded": LinkState.LINKED,
        "under way": LinkState.UNDER_WAY,
        "skipped": LinkState.SKIPPED,
        "dead": LinkState.FAILED,
        "never read": LinkState.ABSENT,
    }
    assert known.link("suppliers", "loaded").target_id == "S-77"
    assert not any(known.link("suppliers", key).untold for key in record)


def test_a_link_says_under_which_key_the_target_has_the_document(scene: Scene) -> None:
    record_id = scene.read_one("ABC01", flow=scene.suppliers)
    scene.map(record_id)
    _, claim = scene.sent(scene.held(record_id, Step.LOAD), key="abc01")
    assert ask(scene, "ABC01").link("suppliers", "ABC01").target_key is None
    assert scene.settle(claim, done("S-1"))
    assert ask(scene, "ABC01").link("suppliers", "ABC01").target_key == "abc01"
    assert ask(scene, "abc01").link("suppliers", "abc01").target_key is None


def test_a_code_is_found_in_any_case_where_its_source_compares_so(scene: Scene) -> None:
    lower, mixed, only = (CodeNeed(table="units", code=code) for code in ("ea", "Ea", "KG"))
    for source, target in (("EA", "each"), ("ea", "one")):
        scene.crosswalk("units", source, target)
    scene.crosswalk("units", "kg", "kilogram")
    needs = Needs(codes=(lower, mixed, only))
    with scene.ledger.unit() as unit:
        exact = unit.links.known(scene.integration_id, needs)
        in_any_case = unit.links.known(scene.integration_id, replace(needs, in_any_case=True))
    assert exact.codes == {lower: "one"}
    assert in_any_case.codes == {lower: "one", mixed: "each", only: "kilogram"}


def test_a_link_is_kept_while_a_newer_version_fails(scene: Scene) -> None:
    scene.finish(scene.read_one("10", "one", flow=scene.suppliers), "S-77")
    assert scene.settle(scene.held(scene.read_one("10", "two", flow=scene.suppliers)), BURIED)
    assert ask(scene, "10").link("suppliers", "10").state is LinkState.LINKED


def test_crosswalk_rows_are_answered_and_missing_ones_are_not(scene: Scene) -> None:
    scene.crosswalk("units", "EA", "PCE")
    known = ask(scene, codes=(CodeNeed(table="units", code="EA"), CodeNeed(table="units", code="KG")))
    assert (known.code("units", "EA"), known.code("units", "KG")) == ("PCE", None)


def test_nothing_needed_asks_nothing(scene: Scene) -> None:
    assert ask(scene).links == {}


def test_loading_a_document_releases_what_waited_for_it(scene: Scene) -> None:
    invoice = waiting(scene)
    other = waiting(scene, "INV-2", replace(WAITS, waits_for=("link:suppliers:11",)))
    scene.finish(scene.read_one("10", flow=scene.suppliers))
    assert is_due(scene, invoice)
    assert not is_due(scene, other)


def test_a_waiting_record_also_looks_again_when_what_it_waits_for_failed(scene: Scene) -> None:
    invoice = waiting(scene)
    assert scene.settle(scene.held(scene.read_one("10", flow=scene.suppliers)), BURIED)
    assert is_due(scene, invoice)


def test_a_release_stays_inside_its_integration(scene: Scene) -> None:
    other = type(scene).set_up(scene.ledger, scene.vault, prefix="other-")
    invoice = waiting(scene)
    foreign = waiting(other)
    scene.finish(scene.read_one("10", flow=scene.suppliers))
    assert is_due(scene, invoice)
    assert not is_due(scene, foreign)


def test_what_arrives_while_a_record_decides_to_wait_releases_it_at_once(scene: Scene) -> None:
    invoice = scene.read_one("INV-1")
    claim = scene.held(invoice)
    scene.finish(scene.read_one("10", flow=scene.suppliers))
    assert scene.settle(claim, WAITS)
    assert is_due(scene, invoice)


def test_what_arrived_long_ago_does_not_make_a_record_look_for_ever(scene: Scene) -> None:
    scene.finish(scene.read_one("10", flow=scene.suppliers))
    waiting(scene)


def test_a_crosswalk_row_added_meanwhile_releases_a_parked_record_at_once(scene: Scene) -> None:
    invoice = scene.read_one("INV-1")
    claim = scene.held(invoice)
    scene.crosswalk("units", "EA", "PCE")
    assert scene.settle(claim, PARKED)
    assert is_due(scene, invoice)


def test_subjects_release_what_waits_for_them(scene: Scene) -> None:
    invoice = waiting(scene, change=PARKED)
    with scene.ledger.begin() as connection:
        tx = Transaction(connection)
        assert releasing.release(tx, scene.integration_id, ["crosswalk:units:KG"]) == 0
        assert releasing.release(tx, scene.integration_id, ["crosswalk:units:EA", "crosswalk:units:KG"]) == 1
    assert is_due(scene, invoice)


def test_a_release_missed_in_a_race_is_made_up_for(scene: Scene) -> None:
    by_link, by_code, neither = (
        waiting(scene, "INV-1"),
        waiting(scene, "INV-2", PARKED),
        waiting(scene, "INV-3", replace(WAITS, waits_for=("link:suppliers:99",))),
    )
    scene.crosswalk("units", "EA", "PCE")
    scene.finish(scene.read_one("10", flow=scene.suppliers))
    scene.change("UPDATE records SET due_at = now() + interval '5 minutes' WHERE waits_for IS NOT NULL")
    assert scene.ledger.recovery.release_missed() == 2
    assert [is_due(scene, record) for record in (by_link, by_code, neither)] == [True, True, False]


def test_a_release_missed_in_a_race_is_made_up_for_within_seconds(scene: Scene) -> None:
    lately, long_ago = waiting(scene, "INV-1"), waiting(scene, "INV-2")
    scene.finish(scene.read_one("10", flow=scene.suppliers))
    scene.change("UPDATE records SET due_at = now() + interval '5 minutes' WHERE waits_for IS NOT NULL")
    scene.change("UPDATE records SET updated_at = now() - interval '1 hour' WHERE id = :id", id=long_ago)
    assert scene.ledger.recovery.release_forgotten(dt.timedelta(minutes=30)) == 1
    assert [is_due(scene, record) for record in (lately, long_ago)] == [True, False]


def test_a_key_with_colons_is_a_key_like_any_other(scene: Scene) -> None:
    invoice = waiting(scene, change=replace(WAITS, waits_for=("link:suppliers:a:b:c",)))
    scene.finish(scene.read_one("a:b:c", flow=scene.suppliers))
    assert is_due(scene, invoice)
