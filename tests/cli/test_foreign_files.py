"""A file for another system is said to be one, before anybody is asked to write a secret down in clear."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Terminal

EXAMPLES = Path("docs/examples").absolute()


@pytest.mark.parametrize(
    ("system", "example", "said"),
    [
        ("qad", "sandbox-jaggaer.yaml", "a QAD Adaptive connection: is this a file for jaggaer?"),
        ("cxml", "sandbox-qad.yaml", "a cXML connection: is this a file for qad?"),
        ("qad-ee", "sandbox-qad.yaml", "a QAD Enterprise Edition connection: is this a file for qad?"),
    ],
)
def test_a_file_for_another_system_is_told_for_which(acme: Terminal, system: str, example: str, said: str) -> None:
    told = acme("connection", "add", "x", "--system", system, "--config", str(EXAMPLES / example))
    assert told.code == 2
    assert said in " ".join(told.err.split())
    assert f"`ml-connector connection example {system}` shows one" in " ".join(told.err.split())
    assert "clear" not in told.err


def test_the_same_holds_where_credentials_are_replaced_and_for_a_server(
    acme: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ML_CONNECTOR_TOKEN", "mlc_x_y")
    file = str(EXAMPLES / "sandbox-jaggaer.yaml")
    elsewhere = ("--server", "http://127.0.0.1:9", "connection", "add", "x", "--system", "qad")
    for words in (("connection", "rotate", "acme-qad"), elsewhere):
        assert "is this a file for jaggaer?" in " ".join(acme(*words, "--config", file).err.split())


@pytest.mark.parametrize(
    ("words", "text", "said"),
    [
        (
            ("connection", "rotate", "acme-qad"),
            "pasword: env:QAD_PASSWORD",
            "There is no setting 'pasword' for a QAD Adaptive connection. Did you mean 'password'?",
        ),
        (
            ("alert", "channel", "add", "x", "--kind", "slack"),
            "{host: m.example, from: a@b.example, to: [a@b.example], username: a, password: env:MAIL}",
            "for a channel of kind slack: is this a file for email?",
        ),
        (
            ("alert", "channel", "add", "x", "--kind", "email"),
            "signing_keys: env:KEY",
            "There is no setting 'signing_keys' for a channel of kind email.",
        ),
    ],
)
def test_a_reference_of_an_unknown_setting_is_no_value_to_write_down(
    acme: Terminal, words: tuple[str, ...], text: str, said: str
) -> None:
    told = acme(*words, "--config", acme.file("x.yaml", text))
    assert told.code == 2
    assert said in " ".join(told.err.split())
    assert "clear" not in told.err


def test_what_there_is_to_set_is_listed_once(acme: Terminal) -> None:
    text = (EXAMPLES / "sandbox-qad.yaml").read_text(encoding="utf-8").replace("env:QAD_PASSWORD", "env:JAGGAER_SECRET")
    told = acme("connection", "add", "x", "--system", "qad", "--config", acme.file("x.yaml", f"{text}\na: 1\nb: 2\n"))
    words = " ".join(told.err.split())
    assert "no setting 'a' for a QAD connection." in words
    assert "no setting 'b' for a QAD connection." in words
    assert words.count("Known: ") == 1
