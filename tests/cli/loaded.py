"""A process of its own that says, for each command and each kind of process, which of some modules it has loaded.

It is forked for each: what several need is loaded once. ``python -m tests.cli.loaded`` writes JSON.
"""

from __future__ import annotations

import json
import os
import sys
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

HEAVY = (
    "alembic",
    "celery",
    "connector.embedded.stack",
    "connector.pipeline.step",
    "connector.registry",
    "connector.store.ledger",
    "connector.store.schema.columns",
    "connector.systems.concur.documents",
    "connector.systems.concur.system",
    "connector.systems.qad.documents",
    "cryptography",
    "fastapi",
    "lxml",
    "psycopg",
    "pydantic_settings",
    "redis",
    "requests",
    "rich",
    "rich.live",
    "sqlalchemy",
    "starlette",
    "structlog",
    "tornado",
    "typer",
    "yaml",
)


def there() -> list[str]:
    """Return which of them this process has."""
    return [name for name in HEAVY if name in sys.modules]


def after(load: Callable[[], object]) -> list[str]:
    """Return which of them a fork of this process has after loading something."""
    reading, writing = os.pipe()
    if os.fork() == 0:
        try:
            load()
            os.write(writing, json.dumps(there()).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as told:
        found: list[str] = json.loads(told.read())
    os.wait()
    return found


def flower() -> None:
    """Load what Flower is."""
    import workers.flower_guarded  # noqa: F401, PLC0415 - in a fork


def console() -> None:
    """Load what the console is."""
    import workers.console  # noqa: F401, PLC0415 - in a fork


def beat() -> None:
    """Load what beat is, which a worker's main process is as well."""
    import workers.app  # noqa: PLC0415 - in a fork
    import workers.schedule  # noqa: PLC0415 - in a fork
    import workers.start  # noqa: F401, PLC0415 - in a fork


def sandbox() -> None:
    """Load what a simulator is."""
    from workers.cli.app import COMMANDS  # noqa: PLC0415 - in a fork

    COMMANDS["sandbox"].load("sandbox")
    import sandbox.server  # noqa: F401, PLC0415 - in a fork


def main() -> None:
    """Write what each has."""
    found = {f"process {load.__name__}": after(load) for load in (flower, console, beat, sandbox)}
    from workers.cli.app import COMMANDS  # noqa: PLC0415 - the forks above have less

    found[""] = there()
    light = ("up", "demo", "sandbox")
    found |= {name: after(partial(COMMANDS[name].load, name)) for name in light}
    import workers.cli.session  # noqa: F401, PLC0415 - what all others need

    found |= {name: after(partial(COMMANDS[name].load, name)) for name in COMMANDS if name not in light}
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
