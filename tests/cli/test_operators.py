from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Terminal


def test_an_operator_is_added_let_in_again_and_revoked(terminal: Terminal) -> None:
    said = terminal.ok("operator", "add", "anna", "--role", "admin").out
    assert said.startswith("Sign in as anna (admin) with ")
    assert terminal.json("operator", "add", "bert", "--role", "viewer")["once"] not in said
    assert terminal.json("operator", "reset", "bert")["name"] == "bert"
    changed = terminal.json("operator", "role", "bert", "--role", "operator", "--why", "he may")
    assert (changed["role"], changed["status"]) == ("operator", "invited")
    assert terminal.json("operator", "sign-out", "bert") == {"signed_out": "bert", "sessions": 0}
    terminal.ok("operator", "revoke", "bert", "--why", "left")
    assert [(one["name"], one["status"]) for one in terminal.json("operator", "list")] == [
        ("anna", "invited"),
        ("bert", "revoked"),
    ]
    events = [event["name"] for event in terminal.json("audit", "show", "operator:bert")]
    assert events == ["operator.added", "operator.reset", "operator.role", "operator.signed_out", "operator.revoked"]


def test_a_token_is_shown_once_and_taken_back(terminal: Terminal) -> None:
    terminal.ok("operator", "add", "anna", "--role", "operator")
    made = terminal.json("operator", "token", "add", "anna", "nightly", "--role", "viewer", "--days", "7")
    assert made["token"].startswith("mlc_")
    (listed,) = terminal.json("operator", "token", "list")
    assert (listed["name"], listed["role"], made["token"] in str(listed)) == ("nightly", "viewer", False)
    terminal.ok("operator", "token", "revoke", "anna", "nightly")
    assert terminal.json("operator", "token", "list", "--operator", "anna")[0]["revoked_at"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("add", "Anna Smith", "--role", "viewer"), "cannot name an operator"),
        (("add", "anna", "--role", "admin"), "already"),
        (("reset", "ana"), "Did you mean 'anna'?"),
        (("revoke", "anna", "--why", "left"), "only admin"),
        (("token", "revoke", "anna", "x"), "There is no token of anna 'x'."),
    ],
)
def test_mistakes_are_sentences(terminal: Terminal, words: tuple[str, ...], sentence: str) -> None:
    terminal.ok("operator", "add", "anna", "--role", "admin")
    said = terminal("operator", *words)
    assert said.code == 2, said
    assert sentence in said.err
