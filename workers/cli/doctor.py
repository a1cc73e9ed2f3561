"""``ml-connector doctor``."""

from __future__ import annotations

import typer

from connector.operations.check import Health
from connector.operations.health import doctor as examination
from workers.cli.failing import FAILED
from workers.cli.session import build, operator
from workers.output import Json, emit, table


def doctor(as_json: Json = False) -> None:
    """Check settings, servers, migrations, keys, clocks, workers and connections; exit code 1 when one is wrong."""
    checks = list(examination.examine(build, operator=operator()))
    wrong = any(check.health is Health.WRONG for check in checks)
    if as_json:
        emit({"ok": not wrong, "checks": checks})
    else:
        table(((c.health.value, c.what, c.found, c.advice) for c in checks), "health | what | found | what to do")
    if wrong:
        raise typer.Exit(FAILED)
