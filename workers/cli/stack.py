"""``ml-connector up`` and ``ml-connector demo``: the whole product on this machine."""

from __future__ import annotations

from typing import Annotated

import typer

from connector.config import read_settings
from connector.embedded.programs import FLOWER_USER, SandboxAsked
from connector.embedded.stack import Farewell, Stack, serve
from workers.cli.sandbox import require_simulators
from workers.output import Json, complain, remark, say

Documents = Annotated[int, typer.Option(min=1, max=100_000, help="About how many invoices the simulated QAD holds.")]
Seed = Annotated[int, typer.Option(help="The same seed gives the same documents and the same faults.")]

#: where the simulators of `up` listen when nothing else does, so that connections to them last
QAD_PORT, JAGGAER_PORT, CONCUR_PORT = 9001, 9002, 9003


def up(
    sandbox: Annotated[
        bool, typer.Option("--sandbox/--no-sandbox", help="Also start simulators of QAD, JAGGAER and SAP Concur.")
    ] = True,
    documents: Documents = 200,
    seed: Seed = 1,
) -> None:
    """Start servers, workers, beat and Flower, until Ctrl-C; data is kept for the next time."""
    asked = [
        SandboxAsked(system="qad", port=QAD_PORT, seed=seed, documents=documents),
        SandboxAsked(system="jaggaer", port=JAGGAER_PORT, seed=seed, documents=0),
        SandboxAsked(system="concur", port=CONCUR_PORT, seed=seed, documents=max(1, documents // 4)),
    ]
    if sandbox:
        require_simulators()
    with Farewell() as farewell:
        stack = Stack(read_settings(), sandboxes=asked if sandbox else (), announce=say)
        stack.start()
        for name, place in stack.places.items():
            say(f"  {name:16} {place}")
        say(f"  Flower's user is {FLOWER_USER}; its password and the logs are in {stack.settings.data_dir}.")
        say("Everything runs. `ml-connector doctor` in another terminal looks at it; Ctrl-C stops it.")
        serve(stack, farewell, on_death=lambda name: remark(f"{name} had stopped and was started again."))
    say("Stopped; the data is kept.")


def demo(
    documents: Documents = 160,
    seed: Seed = 1,
    faults: Annotated[bool, typer.Option("--faults/--no-faults", help="Let the simulators misbehave.")] = True,
    as_json: Json = False,
) -> None:
    """Run all flows against simulators that misbehave, reconcile, and exit 0 only when nothing is missing or twice."""
    require_simulators()
    from workers.demo.running import demonstrate  # noqa: PLC0415 - only a checkout has the simulators

    failed = demonstrate(documents=documents, seed=seed, faults=faults, as_json=as_json)
    if failed:
        complain(failed)
        raise typer.Exit(1)
