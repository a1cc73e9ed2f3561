"""Whoever stops a connection is obeyed until somebody resumes it, whatever else happens to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from connector.bootstrap import Application
    from tests.cli.conftest import Terminal


def why(terminal: Terminal) -> str | None:
    found: str | None = terminal.json("connection", "show", "acme-qad")["stopped_why"]
    return found


def test_nothing_but_resuming_lets_a_stopped_connection_go_on(acme: Terminal, built: Application) -> None:
    acme.ok("connection", "stop", "acme-qad", "--why", "QAD is  upgraded")
    said = why(acme)
    assert said
    assert said.endswith(" stopped it: QAD is upgraded")

    acme.ok("connection", "rotate", "acme-qad", "--config", acme.file("new.yaml", "password: env:QAD_PASSWORD"))
    with built.store.unit() as unit:
        unit.connections.stop("acme-qad", "QAD refused the password of mfg.")
        unit.connections.succeeded("acme-qad")
        unit.commit()

    assert why(acme) == said
    with built.store.unit() as unit:
        left = unit.connections.pause_left("acme-qad")
    assert left
    assert left[1] == said
    assert [one["status"] for one in acme.json("connection", "list")] == ["ok", "stopped"]
    assert acme.json("connection", "resume", "acme-qad") == {"resumed": "acme-qad", "released": 0}
    assert why(acme) is None
    with built.store.unit() as unit:
        assert unit.connections.pause_left("acme-qad") is None
    events = [event["name"] for event in acme.json("audit", "show", "connection:acme-qad")]
    assert [name for name in events if name in {"operator.stopped", "operator.resumed"}] == [
        "operator.stopped",
        "operator.resumed",
    ]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("stop", "acme-qad"), "Missing option '--why'"),
        (("stop", "acme-qad", "--why", " "), "Say why"),
        (("stop", "acme-kad", "--why", "x"), "Did you mean 'acme-qad'?"),
        (("resume", "acme-qad"), "Nobody has stopped the connection 'acme-qad'."),
    ],
)
def test_stopping_wants_a_reason_and_resuming_something_that_was_stopped(
    acme: Terminal, words: tuple[str, ...], sentence: str
) -> None:
    said = acme("connection", *words)
    assert said.code == 2
    assert sentence in said.err


def test_a_connection_is_stopped_once(acme: Terminal) -> None:
    acme.ok("connection", "stop", "acme-qad", "--why", "month end")
    assert "is stopped already" in acme("connection", "stop", "acme-qad", "--why", "again").err


def test_what_stopped_by_itself_is_not_resumed_by_hand(acme: Terminal, built: Application) -> None:
    with built.store.unit() as unit:
        unit.connections.stop("acme-qad", "QAD refused the password of mfg.")
        unit.commit()
    said = acme("connection", "resume", "acme-qad").err
    assert "it stopped by itself: QAD refused the password of mfg." in said
    assert "`ml-connector connection ping acme-qad`" in said
