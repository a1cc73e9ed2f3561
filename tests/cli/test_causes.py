"""What needs a person is found by its rule, each as it is set; and is told of in figures and names alone."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from connector.domain.identity import new_id
from connector.operations.health import causes, postgres, watching
from connector.operations.operator import Operator
from connector.operations.setup import alert_rules as rules
from connector.operations.setup.alert_rules import RULES, Rules
from connector.store.operator.alerting import RuleSetting
from tests.store.scene import BURIED

if TYPE_CHECKING:
    from pathlib import Path

    from connector.bootstrap import Application
    from connector.operations.health.trouble import Trouble
    from tests.cli.conftest import Terminal
    from tests.store.scene import Scene

FLOW = "acme/invoices"
LETTERS, CODES = f"dead letters of {FLOW} (refused)", "missing codes of acme (payment_terms)"


def found(built: Application, *settings: RuleSetting) -> dict[str, Trouble]:
    with Operator(application=built, actor="test").transaction() as tx:
        return {trouble.about: trouble for trouble in causes.all_(tx, Rules(settings))}


def alerts(built: Application) -> set[str]:
    """What stands once beat has looked."""
    operator = Operator(application=built, actor="beat")
    watching.report_work(operator, dt.timedelta(hours=72))
    with operator.transaction() as tx:
        return {row["about"] for row in tx.mappings("SELECT about FROM alerts")}


def buried(scene: Scene, number: int) -> None:
    for place in range(number):
        claim = scene.held(scene.read_one(f"DEAD-{place}"))
        assert scene.settle(claim, BURIED)


def test_of_one_document_it_is_said_that_it_waits(scene: Scene, built: Application) -> None:
    scene.change(
        "UPDATE records SET hold = 'park', waits_for = :subjects, due_at = now(), waiting_since = now() WHERE id = :id",
        id=scene.read_one("INV-1"),
        subjects=["crosswalk:payment_terms:30"],
    )
    assert found(built)[CODES].found.startswith("1 document waits for 1 of them, the first since 20")


def test_letters_and_codes_are_counted_from_their_thresholds_on(scene: Scene, built: Application) -> None:
    assert found(built) == {}
    buried(scene, 3)
    for subjects in (["crosswalk:payment_terms:30", "crosswalk:payment_terms:60"], ["crosswalk:payment_terms:30"]):
        scene.change(
            "UPDATE records SET hold = 'park', waits_for = :subjects, due_at = now(), waiting_since = now() "
            "WHERE id = :id",
            id=scene.read_one(f"INV-{new_id()}"),
            subjects=subjects,
        )
    scene.change(
        "INSERT INTO summaries (record_id, kind, number, amount, currency) SELECT id, 'supplier invoice', 'A', "
        "CASE WHEN state = 'dead' THEN 1000.10 ELSE -5 END, 'EUR' FROM records ON CONFLICT (record_id) "
        "DO UPDATE SET amount = excluded.amount, currency = excluded.currency"
    )
    both = found(built)
    assert {about: (one.number, one.scope, one.money) for about, one in both.items()} == {
        LETTERS: (3, FLOW, {"EUR": "3000.30"}),
        CODES: (3, "acme", {"EUR": "-15"}),  # who waits for two codes counts twice
    }
    assert both[CODES].found.startswith("3 documents wait for 2 of them, the first since 20")
    assert both[LETTERS].advice.startswith(f"`ml-connector dead list --flow {FLOW} --reason refused`")
    for setting in (
        RuleSetting(name="dead.letters", scope="", threshold=4),
        RuleSetting(name="dead.letters", scope="acme", threshold=4),
        RuleSetting(name="dead.letters", scope=FLOW, threshold=4),
    ):
        assert set(found(built, setting)) == {CODES}
    narrow = RuleSetting(name="dead.letters", scope=FLOW, threshold=3)
    assert LETTERS in found(built, RuleSetting(name="dead.letters", scope="", threshold=4), narrow)


def test_a_connection_that_stopped_by_itself_is_one_and_one_that_a_person_stopped_is_none(
    scene: Scene, built: Application
) -> None:
    scene.change("UPDATE connections SET stopped_why = 'QAD refuses the password.' WHERE name = 'qad'")
    scene.change("UPDATE connections SET stopped_why = 'moved', stopped_by = 'alice' WHERE name = 'jaggaer'")
    assert {about: one.found for about, one in found(built).items()} == {
        "connection qad": "stopped: QAD refuses the password."
    }


def test_a_flow_is_late_that_is_due_and_does_not_begin(scene: Scene, built: Application) -> None:
    scene.change("UPDATE flows SET enabled = true, next_due_at = now() + interval '1 hour'")
    long_ago = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=90)
    run = scene.queue_run(created_at=long_ago)
    scene.change("UPDATE flows SET next_due_at = :ago WHERE name = 'suppliers'", ago=long_ago)
    assert set(found(built)) == {"flow acme/invoices", "flow acme/suppliers"}
    with Operator(application=built, actor="test").transaction() as tx:
        said = [check.what for check in postgres.attention(tx, dt.timedelta(hours=72))]
    assert said == ["flow acme/invoices", "flow acme/suppliers"], "the doctor says the same"
    patient = RuleSetting(name="flow.late", scope="acme/suppliers", threshold=120)
    assert set(found(built, patient)) == {"flow acme/invoices"}
    assert scene.claim_run(run) is not None
    scene.change("UPDATE runs SET started_at = now()")
    assert set(found(built, patient)) == set(), "it has begun"
    scene.change("UPDATE connections SET stopped_why = 'x', stopped_by = 'alice'")
    assert found(built) == {}, "that one stopped says more"
    scene.change("UPDATE connections SET stopped_why = NULL")
    scene.change("UPDATE flows SET enabled = false")
    assert found(built) == {}


def test_a_kind_of_process_is_gone_when_none_lives_and_none_said_that_it_stops(
    scene: Scene, built: Application
) -> None:
    for worker, minutes in ((scene.worker, 5), (new_id(), 5), (new_id(), 0)):
        queues = ["load"] if worker != scene.worker else []
        built.store.heartbeat(worker, host="here", pid=1, kind="worker", busy_with=(), queues=queues)
        scene.change("UPDATE workers SET heartbeat_at = now() - :ago WHERE id = :id", id=worker,
                     ago=dt.timedelta(minutes=minutes))  # fmt: skip
    assert set(found(built)) == {"worker"}, "another one of load lives"
    scene.change("UPDATE workers SET heartbeat_at = now() - interval '5 minutes'")
    assert set(found(built)) == {"worker", "worker of load"}
    assert found(built, RuleSetting(name="worker.gone", scope="", threshold=600)) == {}
    built.store.retire(scene.worker)
    assert set(found(built)) == {"worker of load"}


def test_a_trail_that_was_not_found_whole_is_said_until_it_is(
    terminal: Terminal, scene: Scene, built: Application
) -> None:
    terminal.ok("audit", "verify")
    assert found(built) == {}
    scene.alter("ALTER TABLE audit_events DISABLE TRIGGER ALL")
    scene.read_one("INV-1")
    scene.alter("UPDATE audit_events SET actor = 'nobody' WHERE subject NOT LIKE 'audit:%'")
    assert terminal("audit", "verify").code == 1
    assert found(built)["audit trail"].found.startswith("not whole: ")
    scene.alter("DELETE FROM audit_events WHERE subject = 'audit:verified'")
    assert found(built) == {}


def test_each_machine_tells_of_its_own_disk(scene: Scene, built: Application, tmp_path: Path) -> None:
    operator = Operator(application=built, actor="beat")

    def standing() -> set[str]:
        with operator.transaction() as tx:
            return {row["about"] for row in tx.mappings("SELECT about FROM alerts")}

    scene.change("UPDATE workers SET host = 'b'")
    rules_of = "INSERT INTO alert_rules (name, scope, threshold) VALUES ('disk.low', '', 1e5)"
    scene.change(rules_of)
    for host in ("a", "b"):
        watching.report_disk(operator, tmp_path, host)
    assert standing() == {"disk of b"}, "nothing of a lives any more"
    watching.report_disk(operator, tmp_path, "a")
    assert standing() == {"disk of a", "disk of b"}
    scene.change("DELETE FROM alert_rules")
    watching.report_disk(operator, tmp_path, "b")
    watching.report_disk(operator, tmp_path, "a")
    assert standing() == set()


@pytest.mark.parametrize("scope", ["", "acme", FLOW])
def test_a_rule_that_is_switched_off_raises_nothing(scene: Scene, built: Application, scope: str) -> None:
    buried(scene, 1)
    assert alerts(built) == {LETTERS}
    off = "INSERT INTO alert_rules (name, scope, enabled) VALUES ('dead.letters', :scope, false)"
    scene.change(off, scope=scope)
    assert alerts(built) == set()


def test_what_is_set_for_a_flow_counts_before_its_integration_and_that_before_everywhere() -> None:
    set_ = Rules(
        [
            RuleSetting(name="dead.letters", scope="", enabled=False, threshold=5, urgent=True),
            RuleSetting(name="dead.letters", scope="acme", enabled=True),
            RuleSetting(name="dead.letters", scope="acme/x", threshold=7, urgent=False),
        ],
        {"work.unfinished": 12},
    )
    asked = [("dead.letters", scope) for scope in ("", "b/x", "acme", "acme/x")]
    assert [set_.on(*one) for one in asked] == [False, False, True, True]
    assert [set_.threshold(*one) for one in asked] == [5, 5, 5, 7]
    assert [set_.urgent(*one) for one in asked] == [True, True, True, False]
    assert (set_.threshold("work.unfinished"), set_.thresholds("dead.letters")) == (12, {5, 7})
    assert rules.Rules().threshold("dead.letters") == RULES["dead.letters"].threshold
