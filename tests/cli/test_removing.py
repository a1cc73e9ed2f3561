"""What is removed is used no more, and what it did stays known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.domain.journey import Step
from connector.operations.setup import removing
from connector.store.beat.recovery import LedgerRecovery
from tests.store.scene import BURIED, WAITS
from workers.cli import session

if TYPE_CHECKING:
    from connector.bootstrap import Application
    from tests.cli.conftest import Terminal
    from tests.store.scene import Scene

REMOVE = ("integration", "remove", "acme", "--why", "sold")


def test_an_integration_whose_records_have_ended_goes_and_its_history_stays(terminal: Terminal, scene: Scene) -> None:
    done = scene.read_one("A")
    scene.finish(done)

    assert terminal.json(*REMOVE) == {"removed": "acme", "abandoned": 0, "in_doubt": []}

    assert terminal.json("integration", "list") == terminal.json("flow", "list") == []
    assert terminal.json("record", "show", str(done))["record"]["state"] == "done"
    assert terminal.json("record", "list", "--key", "A")[0]["target_id"] == "T1"
    (event,) = [one for one in terminal.json("audit", "show", "integration:acme") if one["name"] == "operator.removed"]
    assert event["detail"]["why"].endswith(" removed acme: sold")
    assert terminal.json("audit", "verify")["ok"]


def test_what_has_not_ended_stands_in_the_way_or_is_abandoned(terminal: Terminal, scene: Scene) -> None:
    waits, dead, ready, doubtful = (scene.read_one(key) for key in "ABCD")
    assert scene.settle(scene.held(waits), WAITS)
    assert scene.settle(scene.held(dead), BURIED)
    scene.map(doubtful)
    attempt, claim = scene.sent(scene.held(doubtful, Step.LOAD))
    scene.answer(attempt, "unknown")
    scene.change("UPDATE records SET lease_owner = NULL WHERE id = :id", id=claim.record_id)
    run = scene.queue_run()

    said = terminal(*REMOVE)
    assert said.code == 2
    assert "acme has 3 records under way and 1 open dead letter; of 1 of them nobody knows" in said.err
    assert scene.claim(ready), "it was refused, and nothing is held"
    assert "A worker has 1 record of acme in hand" in terminal(*REMOVE, "--abandon").err
    scene.change("UPDATE records SET lease_owner = NULL")

    assert terminal.json(*REMOVE, "--abandon") == {"removed": "acme", "abandoned": 4, "in_doubt": ["invoices/D"]}

    assert {scene.record(one).state for one in (waits, ready, doubtful)} == {"cancelled"}
    assert scene.record(dead).state == "dead"
    assert terminal.json("dead", "list") == []
    assert scene.ask("SELECT status FROM runs WHERE id = :id", id=run)[0].status == "failed"
    beat = LedgerRecovery(scene.ledger.begin)
    assert (beat.due_records(100), beat.due_runs(100)) == ([], [])
    assert terminal.json("audit", "verify")["ok"]


def test_many_records_are_abandoned_in_batches(terminal: Terminal, scene: Scene) -> None:
    assert terminal
    scene.read(*((f"K{number}", "first") for number in range(7)))

    assert removing.remove(session.current_operator(), "acme", "sold", abandon=True, batch=3).abandoned == 7
    assert {row.state for row in scene.ask("SELECT state FROM records")} == {"cancelled"}


def test_a_removed_connection_leaves_no_secret_and_what_was_posted_there_stays_known(
    acme: Terminal, built: Application
) -> None:
    before = acme.json("connection", "show", "acme-qad")
    assert (
        "remove that first with `ml-connector integration remove acme`" in acme("connection", "remove", "acme-qad").err
    )
    acme.ok(*REMOVE)

    acme.ok("connection", "remove", "acme-qad")

    assert [one["name"] for one in acme.json("connection", "list")] == ["acme-j1"]
    with built.database.begin() as connection:
        rows = connection.exec_driver_sql(
            "SELECT c.id, c.secrets, c.config->>'base_url' AS address FROM integrations i "
            "JOIN connections c ON c.id = i.source_connection_id"
        ).all()
        tokens = connection.exec_driver_sql("SELECT FROM tokens").all()
    ((identifier, sealed, address),) = rows
    assert str(identifier) != before["id"]
    assert b"canary-qad-password" not in built.vault.open(bytes(sealed), f"connections:{identifier}:secrets")
    assert (address, tokens) == (before["config"]["base_url"], [])
    for command in (("audit", "verify"), ("vault", "status"), ("vault", "rotate"), ("doctor",), ("export",)):
        assert "acme-qad" not in acme(*command).out


def test_a_name_is_given_again_to_a_connection_and_not_to_an_integration(acme: Terminal) -> None:
    acme.ok(*REMOVE)
    acme.ok("connection", "remove", "acme-qad")
    acme.ok("connection", "add", "acme-qad", "--system", "qad", "--config", str(acme.folder / "qad.yaml"))
    kind = ("--kind", "qad-jaggaer", "--from", "acme-qad", "--to", "acme-j1")

    assert "its history keeps the name" in acme("integration", "add", "acme", *kind).err
    acme.ok("integration", "add", "acme-2", *kind)

    assert acme.json("audit", "verify")["ok"]
    assert acme.json("connection", "show", "acme-qad")["used_by"] == ["acme-2"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("acme",), "Missing option '--why'"),
        (("akme", "--why", "x"), "Did you mean 'acme'?"),
        (("acme", "--why", " "), "Say why"),
    ],
)
def test_removing_wants_a_reason(acme: Terminal, words: tuple[str, ...], sentence: str) -> None:
    assert sentence in acme("integration", "remove", *words).err
    assert acme.json("integration", "list")
