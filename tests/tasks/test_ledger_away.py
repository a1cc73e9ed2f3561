"""What a worker and beat say while the ledger is away: where it was asked, and why that was in vain."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from celery.exceptions import Retry

from connector.bootstrap import application
from connector.config import read_settings
from connector.domain.identity import new_id
from connector.vault import new_key
from tasks.running import coming_back
from workers.chores import Chore, Chores
from workers.lifecycle import Pulse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.bootstrap import Application

NOBODY_LISTENS = "postgresql://x:canary-password@127.0.0.1:9/z"


@pytest.fixture
def away() -> Iterator[Application]:
    built = application(
        read_settings({"ML_CONNECTOR_DATABASE_URL": NOBODY_LISTENS, "ML_CONNECTOR_MASTER_KEYS": new_key()})
    )
    yield built
    built.close()


def test_the_log_says_where_it_was_asked_and_why_in_vain(away: Application, caplog: pytest.LogCaptureFixture) -> None:
    def beat() -> None:
        away.store.heartbeat(new_id(), host="here", pid=1, kind="worker", busy_with=())

    pulse = Pulse(away, new_id(), "worker", ["map"])
    pulse.start()
    pulse.stop()
    with pytest.raises(Retry), coming_back():
        beat()
    assert Chores([Chore(what="say that it lives", do=beat)], clock=lambda: 0.0).do_due() == ["say that it lives"]

    said = {record.getMessage(): str(record.__dict__["error"]) for record in caplog.records}
    assert set(said) == {
        "worker.heartbeat_failed",
        "worker.not_retired",
        "task.store_unavailable",
        "beat.chore_failed",
    }
    for event, words in said.items():
        assert "Asked at 127.0.0.1:9: it refuses connections." in words, event
        assert "canary" not in words
