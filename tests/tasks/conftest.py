from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.config.settings import Settings
from workers.celery_setup import create

if TYPE_CHECKING:
    from collections.abc import Iterator

    from celery import Celery


@pytest.fixture
def app(redis_url: str) -> Iterator[Celery]:
    with create(Settings(database_url="postgresql://nobody@127.0.0.1/none", broker_url=redis_url)) as made:
        with made.connection_for_write() as connection:
            for queue in made.conf.task_queues:
                queue(connection.default_channel).declare()
        yield made
