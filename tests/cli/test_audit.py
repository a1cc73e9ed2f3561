from __future__ import annotations

import io
import json
import sys
from typing import TYPE_CHECKING

import sqlalchemy as sa

from connector.store import operator as ledger
from tests.privileged import tampering
from workers.cli.progressing import progressing

if TYPE_CHECKING:
    import pytest

    from connector.bootstrap import Application
    from tests.cli.conftest import Terminal
    from tests.store.scene import Scene


def test_an_edited_event_is_named_and_the_command_fails(terminal: Terminal, scene: Scene, built: Application) -> None:
    record = scene.read_one("A")
    scene.finish(record)
    assert terminal.json("audit", "verify") == {
        "ok": True,
        "findings": [],
        "events": 4,
        "passed_over": 0,
        "seals": 0,
        "sealed": None,
        "sealed_since": None,
        "sealed_until": None,
        "unsealed": 4,
        "unkeyed_upto": 0,
        "since": None,
    }
    with tampering(built.store) as superuser:
        superuser.execute(sa.text("UPDATE audit_events SET actor = 'nobody' WHERE name = 'record.mapped'"))

    said = terminal("audit", "verify")
    findings = terminal("audit", "verify", "--json").json["findings"]

    assert said.code == 1
    assert "The audit trail is not whole" in said.err
    assert {finding["subject"] for finding in findings} == {str(record)}


def test_only_what_is_new_is_verified_and_what_was_not_looked_at_is_said(
    terminal: Terminal, scene: Scene, built: Application
) -> None:
    scene.finish(scene.read_one("A"))
    first = terminal.ok("audit", "verify", "--since-last")
    assert "The audit trail is whole: no event was edited" in first.out
    assert "every event was looked at" in first.err
    scene.seal()
    terminal.ok("audit", "verify")
    scene.finish(scene.read_one("B"))

    said = terminal.ok("audit", "verify", "--since-last")
    told = terminal.json("audit", "verify", "--since-last")

    assert "5 events looked at. The 5 up to it were found whole" in said.out
    assert (said.err, told["events"], told["passed_over"], told["since"]["mark"]["upto"]) == ("", 6, 5, 5)


def test_the_newest_seal_is_missed_once_it_was_verified(terminal: Terminal, scene: Scene, built: Application) -> None:
    scene.read_one("A")
    scene.seal()
    terminal.ok("audit", "verify")
    with tampering(built.store) as superuser:
        superuser.execute(sa.text("DELETE FROM audit_seals"))

    said = terminal("audit", "verify", "--json")

    assert said.code == 1
    assert [finding["problem"] for finding in said.json["findings"]] == [
        "this seal fitted when it was last verified; it is gone or altered",
        "this seal is the newest that was made here; it is gone or altered",
    ]


def test_a_seal_that_a_person_kept_must_be_part_of_the_trail(
    terminal: Terminal, scene: Scene, built: Application
) -> None:
    assert "Nothing is sealed yet" in terminal.ok("audit", "seals").out
    scene.read_one("A")
    scene.seal()
    scene.read_one("B")
    (printed,) = terminal.json("audit", "seals", "--limit", "1")
    kept = printed["digest"]
    assert (printed["upto"], printed["key_id"]) == (1, built.vault.key_ids[0])

    said = terminal.ok("audit", "verify", "--expect", kept.upper())
    assert "Sealed up to event 1 of " in said.out
    assert "; 1 later events are chained, and not sealed yet." in said.out
    with tampering(built.store) as superuser:  # every trace inside the database
        for table in ("audit_events", "audit_seals", "audit_heads", "audit_newest_seal", "records"):
            superuser.execute(sa.text(f"DELETE FROM {table}"))  # noqa: S608  names of our own tables
    assert terminal("audit", "verify").code == 0

    missed = terminal("audit", "verify", "--expect", kept, "--json")
    nonsense = terminal("audit", "verify", "--expect", "17")

    assert missed.code == 1
    assert [found["problem"] for found in missed.json["findings"]] == [
        f"the seal {kept} was expected, and is not part of the trail"
    ]
    assert nonsense.code == 2
    assert "64 hexadecimal digits" in nonsense.err


def test_a_verification_is_written_down_with_what_it_found(
    terminal: Terminal, scene: Scene, built: Application
) -> None:
    scene.read_one("A")
    scene.seal()
    terminal.ok("audit", "verify")
    with tampering(built.store) as superuser:
        superuser.execute(sa.text("UPDATE audit_events SET actor = 'nobody' WHERE name = 'record.extracted'"))
    assert terminal("audit", "verify").code == 1
    assert terminal("audit", "verify", "--since-last").code == 0

    whole, broken, later = (event["detail"] for event in terminal.json("audit", "show", "audit:verified"))

    assert (whole["findings"], whole["upto"], whole["seal"]) == (0, 1, 1)
    assert (broken["findings"], "seal" in broken) == (1, False)
    assert (later["findings"], later["events"], later["passed_over"]) == (0, 2, 1)


def test_a_restored_ledger_that_was_verified_still_ends_where_its_backup_did(
    terminal: Terminal, scene: Scene, built: Application
) -> None:
    scene.read_one("A")
    with ledger.transaction.transaction(built.store, actor="operator:jane") as tx:
        before = ledger.restoring.newest_event(tx, but="")
    terminal.ok("audit", "verify")
    with ledger.transaction.transaction(built.store, actor="operator:jane") as tx:
        assert ledger.restoring.newest_event(tx, but="") == before


def test_a_long_verification_shows_how_far_it_is_to_whoever_watches(monkeypatch: pytest.MonkeyPatch) -> None:
    class Screen(io.StringIO):
        def isatty(self) -> bool:
            return True

    for screen, quiet in ((Screen(), False), (Screen(), True), (io.StringIO(), False)):
        monkeypatch.setattr(sys, "stderr", screen)
        with progressing(quiet=quiet) as report:
            report("events", 500, 1000)
            report("events", 1000, 1000)
        shown = screen.getvalue()
        assert ("events" in shown and "1000/1000" in shown) is (screen.isatty() and not quiet)
        assert shown or quiet or not screen.isatty()


def test_the_trail_is_exported_line_by_line(acme: Terminal) -> None:
    lines = [json.loads(line) for line in acme.ok("audit", "export").out.splitlines()]

    flows = [f"flow:{flow['integration']}/{flow['name']}" for flow in acme.json("flow", "list")]
    assert [line["name"] for line in lines] == ["setup.bound", *["operator.added"] * (3 + len(flows))]
    subjects = ["setup:bindings", "connection:acme-qad", "connection:acme-j1", *flows, "integration:acme"]
    assert sorted(line["subject"] for line in lines) == sorted(subjects)
    assert acme.ok("audit", "export", "--until", "1h").out == ""
    assert acme.ok("audit", "export", "--since", "1h", "--until", "0h").out.count("\n") == len(lines)


def test_the_history_of_a_connection_is_read_by_its_name(acme: Terminal) -> None:
    assert "operator.added" in acme.ok("audit", "show", "connection:acme-qad").out
