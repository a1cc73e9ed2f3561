from __future__ import annotations

import json
from typing import TYPE_CHECKING

import sqlalchemy as sa

if TYPE_CHECKING:
    from connector.bootstrap import Application
    from tests.cli.conftest import Terminal
    from tests.store.scene import Scene


def test_an_edited_event_is_named_and_the_command_fails(terminal: Terminal, scene: Scene, built: Application) -> None:
    record = scene.read_one("A")
    scene.finish(record)
    assert terminal.json("audit", "verify") == {"ok": True, "findings": []}
    with built.store.engine.connect() as superuser:
        superuser.execute(sa.text("SET session_replication_role = replica"))
        superuser.execute(sa.text("UPDATE audit_events SET actor = 'nobody' WHERE name = 'record.mapped'"))
        superuser.execute(sa.text("SET session_replication_role = origin"))
        superuser.commit()

    said = terminal("audit", "verify")
    findings = terminal("audit", "verify", "--json").json["findings"]

    assert said.code == 1
    assert "The audit trail is not whole" in said.err
    assert {finding["subject"] for finding in findings} == {str(record)}


def test_the_trail_is_exported_line_by_line(acme: Terminal) -> None:
    lines = [json.loads(line) for line in acme.ok("audit", "export").out.splitlines()]

    assert [line["name"] for line in lines] == ["operator.added"] * 3
    assert [line["subject"] for line in lines] == ["connection:acme-qad", "connection:acme-j1", "integration:acme"]
    assert acme.ok("audit", "export", "--until", "1h").out == ""


def test_the_history_of_a_connection_is_read_by_its_name(acme: Terminal) -> None:
    assert "operator.added" in acme.ok("audit", "show", "connection:acme-qad").out
