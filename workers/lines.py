"""What Celery says past the log: a line of it as well, where logs are lines for machines."""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
from typing import Any

from billiard.util import get_logger
from celery.apps import worker as celerys

from connector.observability import for_people


def instead(worker: Any, form: str) -> None:  # noqa: ANN401 - celery has no types
    """Have no banner, and no sentence beside the log."""
    if not for_people(form):
        worker.quiet = True
        celerys.safe_say = _said


def with_those_of_billiard() -> None:
    """Have what it says of processes that end go where all lines go. Celery forgets it when it sets up its logs."""
    get_logger().propagate = True


def _said(message: str, *_: object) -> None:
    """Celery says in a signal's handler that it stops, where nothing that has a lock or a buffer may be used."""
    now = dt.datetime.now(dt.UTC).isoformat().replace("+00:00", "Z")
    line = {"event": message, "level": "info", "logger": "celery.apps.worker", "timestamp": now}
    os.write(sys.__stderr__.fileno(), f"{json.dumps(line)}\n".encode())  # type: ignore[union-attr]  # a worker has one
