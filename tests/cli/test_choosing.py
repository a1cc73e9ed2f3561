"""What is printed chooses, too: a list takes the words that it shows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from connector.domain.journey import Step
from tests.store.scene import BURIED, WAITS

if TYPE_CHECKING:
    from tests.cli.conftest import Terminal
    from tests.store.scene import Scene


@pytest.mark.parametrize(
    ("options", "keys"),
    [
        (["--state", "gate"], ["WAITS"]),
        (["--state", "gate", "--hold", "gate"], ["WAITS"]),
        (["--state", "gate", "--hold", "park"], None),
        (["--state", "extracted"], ["READ", "WAITS"]),
    ],
)
def test_what_holds_a_record_is_a_state_to_whoever_reads_it(
    terminal: Terminal, scene: Scene, options: list[str], keys: list[str] | None
) -> None:
    assert scene.settle(scene.held(scene.read_one("WAITS"), Step.MAP), WAITS)
    scene.read_one("READ")

    if keys is None:
        assert terminal("record", "list", *options).code == 2
    else:
        assert sorted(one["source_key"] for one in terminal.json("record", "list", *options)) == keys


def test_a_reason_of_a_flow_from_outside_is_known_once_there_was_a_letter_with_it(
    terminal: Terminal, scene: Scene
) -> None:
    assert terminal("dead", "list", "--reason", "budget_missing").code == 2
    assert BURIED.letter
    letter = replace(BURIED.letter, code="budget_missing")
    assert scene.settle(scene.held(scene.read_one("A"), Step.MAP), replace(BURIED, letter=letter))

    assert [one["code"] for one in terminal.json("dead", "list", "--reason", "budget_missing")] == ["budget_missing"]
