from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
import yaml

from connector import registry
from connector.bootstrap import IDLE_SECONDS
from connector.domain.errors import UnknownName

if TYPE_CHECKING:
    from connector.bootstrap import Application
    from tests.cli.conftest import Terminal


def test_an_added_connection_is_listed_without_its_secret(acme: Terminal) -> None:
    listed = acme.ok("connection", "list")
    shown = acme.ok("connection", "show", "acme-qad", "--json")

    assert "acme-qad" in listed.out
    assert "acme-j1" in listed.out
    assert shown.json["config"]["username"] == "mfg"
    assert shown.json["used_by"] == ["acme"]
    assert [(one["name"], one["status"], one["why"]) for one in acme.json("connection", "list")] == [
        ("acme-j1", "ok", None),
        ("acme-qad", "ok", None),
    ]
    assert "canary" not in listed.out + shown.out


def test_every_system_is_listed_with_its_address(acme: Terminal) -> None:
    files = {"qad-ee": "qxi_url", "cxml": "url", "jaggaer-xml": "base_url"}
    for system, key in files.items():
        text = acme.ok("connection", "example", system).out
        config = {name: value for name, value in yaml.safe_load(text).items() if not str(value).startswith("env:")}
        secrets = registry.system(system).secrets
        config |= dict.fromkeys(secrets, "env:QAD_PASSWORD")
        acme.ok("connection", "add", system, "--system", system, "--config", acme.file("x.yaml", yaml.dump(config)))
        address = acme.json("connection", "show", system)["config"][key]
        assert address in acme.ok("connection", "list").out.replace("\n", "")


def test_a_secret_is_only_in_the_vault(acme: Terminal, built: Application) -> None:
    with built.store.begin() as connection:
        rows = connection.execute(sa.text("SELECT c::text AS row FROM connections c")).scalars().all()
        events = connection.execute(sa.text("SELECT a::text AS row FROM audit_events a")).scalars().all()

    assert not [row for row in [*rows, *events] if "canary" in row]
    assert built.open_connection("acme-qad").secrets == {"password": "canary-qad-password"}


def test_rotating_replaces_the_secret_and_frees_the_connection(
    acme: Terminal, built: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    with built.store.unit() as unit:
        unit.connections.stop("acme-qad", "QAD refused the password of mfg.")
        unit.commit()
    assert "stopped" in acme.ok("connection", "list").out
    stopped = next(one for one in acme.json("connection", "list") if one["name"] == "acme-qad")
    assert (stopped["status"], stopped["why"]) == ("stopped", "QAD refused the password of mfg.")
    monkeypatch.setenv("QAD_PASSWORD", "canary-new")

    acme.ok("connection", "rotate", "acme-qad", "--config", acme.file("new.yaml", "password: env:QAD_PASSWORD"))

    assert built.open_connection("acme-qad").secrets == {"password": "canary-new"}
    assert acme.json("connection", "show", "acme-qad")["stopped_why"] is None
    assert acme.json("connection", "show", "acme-qad")["config"]["username"] == "mfg"


def test_a_process_knows_whether_it_works_with_credentials_that_have_been_replaced(
    acme: Terminal, built: Application
) -> None:
    assert built.opened("acme-qad") is None
    built.open_connection("acme-qad")
    assert built.opened("acme-qad") == built.store.connection("acme-qad").updated_at
    acme.ok("connection", "rotate", "acme-qad", "--config", acme.file("new.yaml", "password: env:QAD_PASSWORD"))
    before = built.opened("acme-qad")
    assert before is not None
    assert before < built.store.connection("acme-qad").updated_at


def test_a_process_lets_go_of_a_connection_that_nobody_used_for_long(acme: Terminal, built: Application) -> None:
    remembers = built.target("acme-j1")
    built._open["acme-j1"].looked_at -= IDLE_SECONDS - 60
    built.let_go()
    assert built.target("acme-j1") is remembers
    built._open["acme-j1"].looked_at -= IDLE_SECONDS + 60
    built.open_connection("acme-qad")
    built.let_go()
    assert built.opened("acme-j1") is None
    assert built.opened("acme-qad") is not None
    assert built.target("acme-j1") is not remembers


def test_a_process_keeps_nothing_of_a_connection_that_was_removed(acme: Terminal, built: Application) -> None:
    built.open_connection("acme-qad")
    acme.ok("integration", "remove", "acme", "--why", "over", "--yes")
    acme.ok("connection", "remove", "acme-qad")
    with pytest.raises(UnknownName):
        built.open_connection("acme-qad", anew=True)
    assert built.opened("acme-qad") is None


def test_a_slowed_connection_says_how_much_and_why(acme: Terminal, built: Application) -> None:
    with built.store.unit() as unit:
        unit.connections.pause("acme-j1", dt.timedelta(0), "acme-j1 says we ask too often (429).")
        unit.commit()

    shown = " ".join(acme.ok("connection", "show", "acme-j1").out.split())
    assert "why slowed down to 10 a second for all workers: acme-j1 says we ask too often (429)." in shown
    assert "slowed" in acme.ok("connection", "list").out
    told = acme.json("connection", "show", "acme-j1")
    assert (told["pace"], told["pace_why"]) == (10.0, "acme-j1 says we ask too often (429).")
    assert told["paced_at"] is not None
    assert acme.json("connection", "show", "acme-qad")["pace"] is None


def test_a_connection_whose_ping_failed_is_not_called_ok(acme: Terminal) -> None:
    assert acme.json("connection", "show", "acme-qad")["ping_why"] is None

    said = acme("connection", "ping", "acme-qad")

    assert said.code == 1
    marked = acme.json("connection", "show", "acme-qad")
    assert marked["ping_why"] in said.err.replace("\n", " ")
    assert "failed" in acme.ok("connection", "list").out
    acme.ok("connection", "rotate", "acme-qad", "--config", acme.file("t.yaml", "timeout_seconds: 12.5\n"))
    assert acme.json("connection", "show", "acme-qad")["ping_why"] is None


def test_a_secret_may_come_from_a_file_or_from_standard_input(terminal: Terminal, built: Application) -> None:
    secret = terminal.file("secret", "canary-file\n")
    config = terminal.file(
        "qad.yaml",
        "base_url: https://acme.qad.com/clouderp\nauth: basic\nusername: mfg\nworkspace: 10USA_10USACO\n"
        "shared_set: CORP\n"
        f"password: file:{secret}\n",
    )
    terminal.ok("connection", "add", "by-file", "--system", "qad", "--config", config)
    piped = terminal.file("rotated.yaml", "password: -\n")
    terminal.ok("connection", "rotate", "by-file", "--config", piped, stdin="canary-piped\n")

    assert built.open_connection("by-file").secrets == {"password": "canary-piped"}


def test_a_connection_that_nothing_uses_can_be_removed(terminal: Terminal) -> None:
    config = terminal.file(
        "qad.yaml",
        "base_url: https://acme.qad.com/clouderp\nauth: basic\nusername: mfg\nworkspace: 10USA_10USACO\n"
        "shared_set: CORP\n"
        "password: env:QAD_PASSWORD\n",
    )
    terminal.ok("connection", "add", "spare", "--system", "qad", "--config", config)

    terminal.ok("connection", "remove", "spare")

    assert terminal.json("connection", "list") == []
    assert [e["name"] for e in terminal.json("audit", "show", "connection:spare")] == [
        "operator.added",
        "operator.removed",
    ]


def test_a_connection_in_use_stays(acme: Terminal) -> None:
    said = acme("connection", "remove", "acme-qad")

    assert said.code == 2
    assert "is used by acme" in said.err


def test_pinging_a_system_that_does_not_answer_is_one_sentence_and_a_failure(acme: Terminal) -> None:
    said = acme("connection", "ping", "acme-qad")

    assert said.code == 1
    assert len(said.err.strip().splitlines()) == 1
    assert "127.0.0.1" in said.err


def test_rotating_keeps_the_other_values_as_they_are(acme: Terminal) -> None:
    acme.ok("connection", "rotate", "acme-qad", "--config", acme.file("t.yaml", "timeout_seconds: 12.5\n"))
    before = acme.json("connection", "show", "acme-qad")["config"]

    acme.ok("connection", "rotate", "acme-qad", "--config", acme.file("p.yaml", "password: env:QAD_PASSWORD\n"))

    after = acme.json("connection", "show", "acme-qad")["config"]
    assert after == before
    assert float(after["timeout_seconds"]) == 12.5


@pytest.mark.parametrize("command", ["ping", "rotate"])
def test_credentials_copied_from_another_connection_are_one_sentence(
    acme: Terminal, built: Application, command: str
) -> None:
    with built.store.begin() as connection:
        connection.execute(
            sa.text("UPDATE connections SET secrets = (SELECT secrets FROM connections WHERE name = 'acme-j1')")
        )
    config = ("--config", acme.file("t.yaml", "timeout_seconds: 12.5\n")) if command == "rotate" else ()

    said = acme("connection", command, "acme-qad", *config)

    assert said.code in {1, 2}
    assert "does not open there: it was moved, altered" in said.err
    assert len(said.err.strip().splitlines()) == 1
    assert "canary" not in said.err


@pytest.mark.parametrize("system", registry.systems())
def test_a_connection_begins_with_an_example_of_its_system(terminal: Terminal, system: str) -> None:
    assert terminal.ok("connection", "example", system).out == registry.system(system).examples.connection
    text = terminal.ok("connection", "example", system, "--simulator", "http://127.0.0.1:9/").out
    written = yaml.safe_load(text)
    assert terminal.json("connection", "example", system, "--simulator", "http://127.0.0.1:9") == written
    for secret in registry.system(system).secrets:
        written[secret] = "file:" + terminal.file(secret, "invented")
    added = terminal.json(
        "connection", "add", "tried", "--system", system, "--config", "-", stdin=yaml.safe_dump(written)
    )
    assert any(str(value).startswith("http://127.0.0.1:9") for value in added["config"].values())


def test_a_system_that_does_not_exist_is_named_beside_those_that_do(terminal: Terminal) -> None:
    said = terminal("connection", "example", "quad")
    known = ", ".join(sorted(registry.systems()))
    assert (said.code, f"Did you mean 'qad'? Known: {known}." in " ".join(said.err.split())) == (2, True)
