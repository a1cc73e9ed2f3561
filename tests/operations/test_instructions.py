"""What a sentence tells somebody to do is said for where it is read."""

from __future__ import annotations

from typing import Any

import pytest
import typer
from fastapi import FastAPI

from connector.api import web
from connector.operations.instructions import SAID, in_api, in_browser
from connector.operations.operator import Operator
from workers.cli.app import app

PROGRAM: Any = typer.main.get_command(app)


def test_what_it_knows_are_commands_and_addresses_that_there_are(house_less_operator: Operator) -> None:
    service = web.add(FastAPI(), house_less_operator)
    addresses = {f"{duty.method} {duty.path.removeprefix('/api/v1')}" for duty in service.duties}
    for command, (_, address) in SAID.items():
        group, name = command.split()
        assert name in PROGRAM.commands[group].commands, command
        assert not address or address in addresses, address


@pytest.fixture
def house_less_operator() -> Operator:
    """Nobody asks anything of it."""
    nothing: Any = None
    return Operator(application=nothing, actor="operator:nobody")


@pytest.mark.parametrize(
    ("sentence", "browser", "api"),
    [
        ("See `ml-connector dead list`.", "See “Work”.", "See `GET /api/v1/dead-letters`."),
        (
            "Then `ml-connector connection ping acme-qad` frees it.",
            "Then “Ping under Connections” (acme-qad) frees it.",
            "Then `POST /api/v1/connections/{name}/ping` frees it.",
        ),
        (
            "`dead settle ID --there NUMBER`, or `dead settle ID --not-there`",
            "“It is there or not, on its page”, or “It is there or not, on its page”",
            "`POST /api/v1/dead-letters/{letter}/settle`, or `POST /api/v1/dead-letters/{letter}/settle`",
        ),
        ("Run `ml-connector db upgrade`.", "Run `ml-connector db upgrade`.", "Run `ml-connector db upgrade`."),
        ("The unit `each one` is unknown.", "The unit `each one` is unknown.", "The unit `each one` is unknown."),
    ],
)
def test_a_sentence_says_what_there_is_to_press(sentence: str, browser: str, api: str) -> None:
    assert in_browser(sentence) == browser
    assert in_api(sentence) == api
