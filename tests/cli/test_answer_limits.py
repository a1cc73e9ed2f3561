"""A wrong limit under ``entities.answers`` is refused where it is set, not when somebody pings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.conftest import JAGGAER, QAD
from tests.cli.test_another_tenant import CONCUR

if TYPE_CHECKING:
    from tests.cli.conftest import Said, Terminal

SYSTEMS = {"qad": QAD, "jaggaer": JAGGAER, "concur": CONCUR}
WRONG = [
    ("megabytes: 0", "entities.answers.login.megabytes"),
    ("elements: -1", "entities.answers.login.elements"),
    ("elements: many", "entities.answers.login.elements"),
    ("megabytes: null", "entities.answers.login.megabytes"),
    ("megabytes: true", "entities.answers.login.megabytes"),
    ("paths: [nowhere.token]", "entities.answers.login.paths"),
    ("paths: [3]", "entities.answers.login.paths"),
]


@pytest.mark.parametrize(("limit", "where"), WRONG)
@pytest.mark.parametrize("system", SYSTEMS)
def test_a_wrong_limit_is_refused_when_it_is_set(
    terminal: Terminal, system: str, limit: str, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONCUR_SECRET", "canary-secret")
    answers = f"entities: {{answers: {{login: {{{limit}}}}}}}\n"

    def add(name: str, text: str) -> Said:
        return terminal("connection", "add", name, "--system", system, "--config", terminal.file("c.yaml", text))

    assert add("right", SYSTEMS[system]).code == 0
    rotated = terminal("connection", "rotate", "right", "--config", terminal.file("a.yaml", answers))
    for said in (add("wrong", SYSTEMS[system] + answers), rotated):
        assert said.code == 2
        assert where in said.err
        assert any(why in said.err for why in ("must be", "no place of a name", "cannot be left out"))
