"""What is measured: the turns of beat, the steps of a record, and the commands of an operator."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from typer.testing import CliRunner

from connector.domain.journey import Step
from connector.domain.schedule import next_fire
from connector.operations.health import watching
from connector.operations.operator import Operator
from connector.store.work.releasing import WALKED
from tests.scale.filling import OFTEN_CHANGED
from tests.store.scene import done
from workers.cli import app
from workers.schedule import BEGAN_TO_WAIT

if TYPE_CHECKING:
    from collections.abc import Callable

    from connector.bootstrap import Application
    from tests.store.scene import Scene

_DEAD_AFTER = dt.timedelta(seconds=60)
_NUMBERS = itertools.count()


@dataclass(frozen=True, kw_only=True)
class World:
    """A filled ledger, and the application that works on it."""

    scene: Scene
    built: Application

    @property
    def operator(self) -> Operator:
        """Beat at its operator."""
        return Operator(application=self.built, actor="beat")


def _command(*words: str) -> Callable[[World], None]:
    def run(_world: World) -> None:
        result = CliRunner().invoke(app, list(words))
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception

    return run


def _sends(world: World) -> None:
    recovery = world.scene.ledger.recovery
    recovery.fire_due_flows(next_fire)
    recovery.fire_rereads()
    recovery.release_more()
    recovery.due_runs(50)
    recovery.due_records(500)


def _rescues(world: World) -> None:
    recovery = world.scene.ledger.recovery
    recovery.rescue(_DEAD_AFTER)
    recovery.free_versions()
    recovery.release_forgotten(BEGAN_TO_WAIT)


def _next_version(world: World) -> None:
    """Read, mapped, sent and done."""
    scene = world.scene
    record_id = scene.read((OFTEN_CHANGED, f"version {next(_NUMBERS)}"))[0]
    scene.map(record_id)
    attempt, claim = scene.sent(scene.held(record_id, Step.LOAD))
    scene.answer(attempt, "accepted", target_id="T", loaded="x")
    scene.settle(claim, done("T"))


def _shows(world: World) -> None:
    newest = world.scene.ask(
        "SELECT r.id FROM documents d JOIN records r ON r.document_id = d.id AND r.version = d.version "
        "WHERE d.flow_id = :flow AND d.source_key = :key",
        flow=world.scene.invoices,
        key=OFTEN_CHANGED,
    )
    _command("record", "show", str(newest[0].id))(world)


#: what goes on by itself, and for each document, looks at no more rows than this, however much has been done
MOST_ROWS: dict[str, int] = {
    "beat, every second: what is due": 1000,
    "beat, every 5 seconds: rescue": 1000,
    "beat, every minute: what does not end": 1000,
    "housekeeping, every minute: releases that were missed": 4 * WALKED,
    "one version of a document that had many: read, mapped, loaded": 2000,
}
OPERATIONS: dict[str, Callable[[World], object]] = {
    "beat, every second: what is due": _sends,
    "beat, every 5 seconds: rescue": _rescues,
    "beat, every minute: what does not end": lambda world: watching.report_work(world.operator, dt.timedelta(hours=24)),
    "housekeeping, every minute: releases that were missed": lambda world: world.scene.ledger.recovery.release_missed(),
    "one version of a document that had many: read, mapped, loaded": _next_version,
    "`record list`": _command("record", "list"),
    "`record list --key`": _command("record", "list", "--key", "OLD-7"),
    "`record list --key`, of a document that had many versions": _command("record", "list", "--key", OFTEN_CHANGED),
    "`record list --hold`": _command("record", "list", "--hold", "gate"),
    "`record list --state`": _command("record", "list", "--state", "rejected"),
    "`record list --flow`": _command("record", "list", "--flow", "acme/suppliers"),
    "`record list --search`, a number": _command("record", "list", "--search", "OLD-77777"),
    "`record list --search`, what nearly all begin with": _command("record", "list", "--search", "O"),
    "`record list --party`, one of a hundred": _command("record", "list", "--party", "P7"),
    "`record list --amount`": _command("record", "list", "--amount", "100..200"),
    "`record show`": _shows,
    "`dead list`": _command("dead", "list"),
    "`dead list --party`": _command("dead", "list", "--party", "P7"),
    "`needs`": _command("needs"),
    "`run list`": _command("run", "list"),
    "`doctor`": _command("doctor"),
    "`vault status`": _command("vault", "status"),
    "`vault rotate`, nothing to do": _command("vault", "rotate"),
    "`audit verify`": _command("audit", "verify"),
}
