"""``ml-connector up`` and ``ml-connector demo``: the whole product on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from connector import registry
from connector.config import read_settings
from connector.embedded.programs import FLOWER_USER
from connector.inbound import paths
from workers.output import Json, complain, remark, say
from workers.simulators import everyone, require_simulators

if TYPE_CHECKING:
    from connector.config.settings import Settings

Documents = Annotated[int, typer.Option(min=1, max=100_000, help="About how many invoices the simulated ERP holds.")]
Seed = Annotated[int, typer.Option(help="The same seed gives the same documents and the same faults.")]


def up(
    sandbox: Annotated[
        bool, typer.Option("--sandbox/--no-sandbox", help="Also start the simulators of our systems.")
    ] = True,
    documents: Documents = 200,
    seed: Seed = 1,
) -> None:
    """Start servers, workers, beat, Flower and the console, until Ctrl-C; data is kept for the next time."""
    from connector.embedded.farewell import Farewell  # noqa: PLC0415 - no other command runs servers
    from connector.embedded.stack import Stack, serve  # noqa: PLC0415 - likewise
    from connector.operations.health import machine  # noqa: PLC0415 - likewise
    from workers.cli.session import actor  # noqa: PLC0415 - likewise
    from workers.welcome import welcome  # noqa: PLC0415 - likewise

    registry.load()  # what no worker could start with is said before anything runs
    asked = everyone(documents=documents, seed=seed) if sandbox else []
    with Farewell() as farewell:
        settings = read_settings()
        machine.require(settings.data_dir)
        stack = Stack(settings, sandboxes=asked, received=_received(settings), announce=say)
        stack.start()
        for name, place in stack.places.items():
            say(f"  {name:16} {place}")
        say(f"  Flower's user is {FLOWER_USER}; its password and the logs are in {stack.settings.data_dir}.")
        say(welcome(stack.settings, stack.places["console"], actor=actor()))
        say("Everything runs. `ml-connector doctor` in another terminal looks at it; Ctrl-C stops it.")
        serve(stack, farewell, on_death=lambda name: remark(f"{name} had stopped and was started again."))
    say("Stopped; the data is kept.")


def _received(settings: Settings) -> dict[str, str]:
    """Return the paths at which systems and their customers reach us, where the settings let them."""
    hooks = registry.senders() if settings.webhook_signers else []
    connects = [system for system in registry.marketplaces() if system.name in settings.applications]
    named = {f"{system.name} webhooks": paths.webhook(system.name) for system in hooks}
    named |= {f"{system.name} connect": paths.connect(system.name) for system in connects}
    return named | ({"documents": paths.receive("CONNECTION")} if settings.receive_documents else {})


def demo(  # noqa: PLR0917 - a person names options, never places them
    documents: Documents = 160,
    seed: Seed = 1,
    faults: Annotated[bool, typer.Option("--faults/--no-faults", help="Let the simulators misbehave.")] = True,
    interface: Annotated[
        list[str] | None,
        typer.Option(help="Another interface of a system, by its name, to run all of it over; repeatable."),
    ] = None,
    stay: Annotated[
        bool, typer.Option("--stay", help="Keep it running afterwards, to be looked at in the console, until Ctrl-C.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Run all flows against simulators that misbehave, reconcile, and exit 0 only when nothing is missing or twice."""
    require_simulators()
    from workers.demo.running import demonstrate  # noqa: PLC0415 - only a checkout has the simulators

    failed = demonstrate(
        documents=documents, seed=seed, faults=faults, as_json=as_json, interfaces=interface or (), stay=stay
    )
    if failed:
        complain(failed)
        raise typer.Exit(1)
