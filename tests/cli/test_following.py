"""How a run ended, as whoever waited for it is told."""

from __future__ import annotations

import datetime as dt
import os
import time
from typing import TYPE_CHECKING

import pytest

from connector.domain.journey import Step
from tests.store.scene import BURIED, WAITS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.conftest import Terminal
    from tests.store.scene import Scene


def words(text: str) -> str:
    return " ".join(text.split())


def test_the_documents_that_need_somebody_are_named(terminal: Terminal, scene: Scene) -> None:
    scene.read(("DEAD", "1"), ("WAITS", "1"), ("DONE", "1"))
    records = {one.source_key: one.id for one in scene.ask("SELECT id, source_key FROM records")}
    assert scene.settle(scene.held(records["DEAD"], Step.MAP), BURIED)
    assert scene.settle(scene.held(records["WAITS"], Step.MAP), WAITS)
    scene.finish(records["DONE"])
    (run,) = terminal.json("run", "list")

    said = terminal("run", "watch", run["id"], "--timeout", "0.1")

    assert said.code == 1
    assert [words for words in ("DEAD v1", "WAITS v1", "DONE v1") if words in said.out] == ["DEAD v1", "WAITS v1"]
    assert "refused" in said.out
    assert "not there yet" in said.out
    needing = terminal("run", "watch", run["id"], "--timeout", "0.1", "--json").json["needing_somebody"]
    assert [(one["source_key"], one["state"], one["hold"]) for one in needing] == [
        ("DEAD", "dead", None),
        ("WAITS", "extracted", "gate"),
    ]


def test_what_a_run_waits_for_is_said_when_it_is_asked_for_and_while_it_is_followed(acme: Terminal) -> None:
    flow = "acme/qad_invoices_to_jaggaer"
    acme.ok("connection", "stop", "acme-qad", "--why", "maintenance")
    why = acme.json("connection", "show", "acme-qad")["stopped_why"]
    advice = "`ml-connector connection resume acme-qad` lets it go on."
    waits = f"The run waits. Connection acme-qad is stopped: {why}; {advice}"

    assert waits in words(acme.ok("flow", "run", flow).err)
    assert waits in words(acme("flow", "run", flow, "--wait", "--timeout", "0.1").err)
    assert waits in words(acme.ok("flow", "reread", flow, "4711").err)
    (run,) = acme.json("run", "list")
    assert f"The run waits. {run['why']}" == waits
    acme.ok("connection", "resume", "acme-qad")
    assert acme.json("run", "list")[0]["why"] == ""


def test_a_run_whose_source_does_not_answer_says_so_and_when_it_is_tried_next(terminal: Terminal, scene: Scene) -> None:
    run_id = scene.queue_run()
    claim = scene.claim_run(run_id)
    assert claim is not None
    with scene.ledger.unit() as unit:
        unit.runs.pause(claim, dt.timedelta(minutes=2), "QAD answered 503.")
        unit.commit()
    shown = terminal.json("run", "show", str(run_id))["run"]
    assert shown["why"] == "QAD answered 503."
    left = dt.datetime.fromisoformat(shown["next_try_at"]) - dt.datetime.now(dt.UTC)
    assert dt.timedelta(minutes=1) < left <= dt.timedelta(minutes=2)
    followed = words(terminal("run", "watch", str(run_id), "--timeout", "0.1").err)
    assert "The run waits. QAD answered 503. It is tried next at " in followed

    with scene.ledger.unit() as unit:
        for _ in range(9):
            unit.connections.failed(claim.source_connection, "QAD refuses connections.")
        unit.commit()
    shown = terminal.json("run", "show", str(run_id))["run"]
    assert shown["why"] == f"Connection {claim.source_connection} is paused: QAD refuses connections."

    with scene.ledger.unit() as unit:
        unit.connections.resume(claim.source_connection)
        unit.commit()
    assert scene.claim_run(run_id) is not None, "what is free again is read from at once"


@pytest.fixture
def in_kathmandu() -> Iterator[None]:
    before = os.environ.get("TZ")
    os.environ["TZ"] = "Asia/Kathmandu"
    time.tzset()
    yield
    os.environ.pop("TZ", None)
    os.environ |= {} if before is None else {"TZ": before}
    time.tzset()


@pytest.mark.usefixtures("in_kathmandu")
def test_times_are_those_of_whoever_reads_them_unless_utc_is_asked_for(terminal: Terminal, scene: Scene) -> None:
    record = scene.read_one("A")
    at = dt.datetime.fromisoformat(terminal.json("record", "list")[0]["created_at"]).astimezone(dt.UTC)
    here = at + dt.timedelta(hours=5, minutes=45)
    assert f"{here:%Y-%m-%d %H:%M:%S}+05:45" in terminal.ok("record", "show", str(record)).out
    assert f"{at:%Y-%m-%d %H:%M:%S}+00:00" in terminal.ok("--utc", "record", "show", str(record)).out


def test_a_cancelled_run_reads_no_further_whoever_works_on_it(terminal: Terminal, scene: Scene) -> None:
    run_id = scene.queue_run()
    claim = scene.claim_run(run_id)
    assert claim is not None

    assert terminal.json("run", "cancel", str(run_id))["error"].endswith(" cancelled it.")

    with scene.ledger.unit() as unit:
        kept = unit.runs.progress(claim, read=5, new=5, cut=0, position={"page": 2}, cursor=dt.datetime.now(dt.UTC))
        unit.runs.finish(claim)
        unit.commit()
    assert not kept, "who had it writes nothing more of it"
    shown = terminal.json("run", "show", str(run_id))["run"]
    assert (shown["status"], shown["read"]) == ("failed", 0)
    assert scene.ask("SELECT cursor FROM flows WHERE id = :id", id=scene.invoices)[0].cursor is None
    assert "has ended already" in terminal("run", "cancel", str(run_id)).err
    assert scene.claim_run(scene.queue_run()) is not None, "the next one reads"
