"""What a worker writes down of each task: one line, which says how it ended."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING

import pytest
import structlog

from connector.config import PREFIX
from workers.lifecycle import _log_as_settings_say

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def _own_logging() -> Iterator[None]:
    loggers = [logging.getLogger(name) for name in ("", "celery.worker.strategy", "celery.app.trace")]
    before = [(one, one.level, one.handlers[:], one.filters[:]) for one in loggers]
    yield
    for one, level, handlers, filters in before:
        one.setLevel(level)
        one.handlers[:], one.filters[:] = handlers, filters
    structlog.reset_defaults()


@pytest.mark.parametrize(("level", "said"), [("info", ["ended"]), ("debug", ["received", "ended"])])
def test_that_a_task_was_received_is_written_down_for_those_who_debug(
    level: str, said: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given = {"LOG_LEVEL": level, "LOG_FORMAT": "json", "DATABASE_URL": "postgresql://x@y/z", "BROKER_URL": "redis://y"}
    for name, value in given.items():
        monkeypatch.setenv(f"{PREFIX}{name}", value)
    _log_as_settings_say()
    logging.getLogger("celery.worker.strategy").info("received")
    logging.getLogger("celery.app.trace").info("ended")
    assert [json.loads(line)["event"] for line in capsys.readouterr().err.splitlines()] == said
