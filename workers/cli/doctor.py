"""``ml-connector doctor``."""

from __future__ import annotations

import typer

from connector.operations.check import Health
from workers.cli.failing import FAILED
from workers.cli.session import actor, build
from workers.output import Json, emit, table


def doctor(as_json: Json = False) -> None:
    """Check settings, servers, migrations, keys, clocks, workers and connections; exit code 1 when one is wrong."""
    from connector.operations.health import doctor as examination  # noqa: PLC0415 - no other command asks Redis
    from workers.cli.progressing import waiting  # noqa: PLC0415 - drawn on a terminal alone

    checks = []
    with waiting("Looking ...", quiet=as_json) as say_now:
        for check in examination.examine(build, actor=actor()):
            checks.append(check)
            say_now(f"Looking ... {check.what}")
    wrong = any(check.health is Health.WRONG for check in checks)
    if as_json:
        emit({"ok": not wrong, "checks": checks})
    else:
        table(((c.health.value, c.what, c.found, c.advice) for c in checks), "health | what | found | what to do")
    if wrong:
        raise typer.Exit(FAILED)
