from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest
from celery.exceptions import Retry

from connector.domain.errors import StoreUnavailable
from tasks import tell
from tasks.names import QUEUE_OF, QUEUES, TELL
from tasks.process_state import PROCESS, ProcessState

if TYPE_CHECKING:
    from connector.pipeline.world import World


def test_the_task_says_how_many_messages_went_through(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in vars(ProcessState()).items():
        monkeypatch.setattr(PROCESS, name, value)
    assert tell.run() == "sent 0", "a process that tells nobody"
    PROCESS.use(cast("World", None), tell=lambda: 3)
    assert tell.run() == "sent 3"
    assert QUEUE_OF[TELL] in QUEUES


def test_a_ledger_that_is_away_shows_as_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> int:
        raise StoreUnavailable("PostgreSQL does not answer.")

    for name, value in vars(ProcessState()).items():
        monkeypatch.setattr(PROCESS, name, value)
    PROCESS.use(cast("World", None), tell=away)
    with pytest.raises(Retry):
        tell.run()
