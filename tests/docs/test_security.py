from __future__ import annotations

import re

import pytest

from connector import registry
from connector.config.table import describe
from tests.docs.pages import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text()
SECTIONS = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))
#: whoever may attack, each with a section of their own
ATTACKERS = {
    "Who reads a dump or a backup",
    "Who writes into the database",
    "Who holds Redis' password, or reads its memory",
    "Who has an account on the same machine",
    "Who writes text: names, codes, messages of a system",
    "Who controls a connected system",
    "Who writes XML",
    "Who is on the network, or can reach our addresses",
}
LEAKED = "After a leaked master key"
TESTS = re.compile(r"`(tests/[\w/]+\.py)`")


def test_every_attacker_has_a_section() -> None:
    assert set(SECTIONS) >= {*ATTACKERS, LEAKED}


@pytest.mark.parametrize("attacker", sorted(ATTACKERS))
def test_it_says_what_is_protected_by_what_shown_by_tests_that_there_are_and_what_is_not(attacker: str) -> None:
    text = SECTIONS[attacker]
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", text, re.MULTILINE)
    assert len(rows) > 1
    for what, by, shown_by in rows[1:]:
        assert what.strip()
        assert by.strip()
        named = TESTS.findall(shown_by)
        assert named, what
        assert [path for path in named if not (ROOT / path).is_file()] == []
    assert "\nNot kept from them:" in text


def test_after_a_leaked_key_every_secret_is_named_in_order() -> None:
    steps = re.findall(r"^(\d+)\. ", SECTIONS[LEAKED], re.MULTILINE)
    assert steps == [str(number) for number in range(1, len(steps) + 1)]
    secrets = {secret for system in registry.systems().values() for secret in system.secrets}
    settings = {row.variable for row in describe() if row.secret}
    assert [name for name in sorted(secrets | settings) if f"`{name}`" not in SECTIONS[LEAKED]] == []


def test_the_new_key_is_there_before_what_it_is_to_seal() -> None:
    text = SECTIONS[LEAKED]
    order = ["vault new-key", "vault rotate", "vault status", "connection rotate", "Take the old key out"]
    assert [text.index(words) for words in order] == sorted(text.index(words) for words in order)
