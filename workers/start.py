"""``python -m workers.start -A workers.app worker ...``: what ``celery`` does with these words, ready in half the time.

Celery's own command line first loads what every installed plugin adds to it: Flower with its web server, for one.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from celery.app.utils import find_app
from celery.bin.base import CLIContext
from celery.bin.beat import beat
from celery.bin.worker import worker

from connector.config import load_settings
from connector.observability import for_people
from workers import loading

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS = {command.name: command for command in (worker, beat)}


def main(words: Sequence[str]) -> None:
    """Be a worker, or beat, of an application until the process is told to stop."""
    option, application, command, *options = words
    if option != "-A":
        raise SystemExit(f"Name the application first: python -m workers.start -A workers.app {' '.join(words)}")
    loading.begin()  # the process says when it is done (workers.lifecycle)
    found = find_app(application)
    quiet = not for_people(load_settings().log_format)  # no banner among lines for machines
    obj = CLIContext(app=found, no_color=False, workdir=None, quiet=quiet)
    COMMANDS[command].main(options, prog_name=f"celery {command}", obj=obj)


if __name__ == "__main__":
    main(sys.argv[1:])
