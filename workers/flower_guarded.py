"""Flower whose figures are behind its password too: ``python -m workers.flower_guarded``.

Flower asks for the password everywhere but on ``/metrics``, which names workers and tasks, and ``/healthcheck``.
"""

from __future__ import annotations

import sys

from celery.bin.celery import main as celery
from flower.views.monitor import Metrics
from tornado.web import authenticated


def main() -> None:
    """Serve until SIGTERM; Flower reads what else there is to know from the environment."""
    Metrics.get = authenticated(Metrics.get)
    sys.argv = ["celery", "-A", "workers.app", "flower"]
    celery()


if __name__ == "__main__":
    main()
