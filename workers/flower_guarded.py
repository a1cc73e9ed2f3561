"""Flower whose figures are behind its password too: ``python -m workers.flower_guarded``.

Flower asks for the password everywhere but on ``/metrics``, which names workers and tasks, and ``/healthcheck``. It has
an application of its own: all it needs is the broker.
"""

from __future__ import annotations

from flower.inspector import Inspector
from flower.views import BaseHandler
from flower.views.monitor import Metrics
from tornado.web import authenticated

from connector.config import load_settings
from connector.domain.errors import ConfigurationError
from connector.observability import begin
from workers import loading
from workers.celery_setup import create
from workers.hardening import leave_no_core
from workers.queue_lengths import QueueLengths
from workers.refusing import refuse


def main() -> None:
    """Serve until SIGTERM; Flower reads what else there is to know from the environment."""
    loading.done()
    leave_no_core()
    try:
        settings = load_settings(needs=("broker_url",))
        app = create(settings)
    except ConfigurationError as error:
        refuse(error)
    begin(settings.log_level, settings.log_format)
    Metrics.get = authenticated(Metrics.get)
    Inspector.inspect_methods = Inspector.task_inspect_methods = ()  # workers answer nobody: nothing is waited for
    BaseHandler.get_broker = lambda _: QueueLengths(app)
    app.start(["flower"])


if __name__ == "__main__":
    main()
