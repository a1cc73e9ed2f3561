"""The script of the demonstration: start, set up as a customer would, watch, reconcile, stop."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rich.live import Live

from connector import registry
from connector.config import PREFIX, read_settings
from connector.console import paths
from connector.domain.errors import ConfigurationError, ConnectorError
from connector.embedded.farewell import Farewell
from connector.embedded.stack import Stack, forget_data
from connector.store.ledger import Ledger
from connector.store.operator.progress import progress
from connector.store.operator.transaction import transaction
from sandbox.reconciliation.compared import reconcile
from sandbox.simulator import stands_for
from workers.demo import scenario, showing
from workers.output import console, emit, say
from workers.simulators import everyone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from connector.store.operator.progress import Progress
    from workers.demo.scenario import Scenario

#: the demonstration gives up when documents stop moving for longer than they ever wait by themselves: two minutes,
#: where the answer to an acknowledgement was lost, or a connection's breaker is open
STUCK_SECONDS = 180.0
_GLANCE = 0.5
#: documents that wait for one that does not come are left waiting after this long
_PATIENCE = 12.0


def demonstrate(*, documents: int, seed: int, faults: bool, as_json: bool, interfaces: Sequence[str] = ()) -> str:
    """Run it, over these interfaces of its systems; returns the sentence of a failure, or nothing."""
    known = scenario.scenarios(interfaces)
    started = time.monotonic()
    announce: Callable[[str], None] = (lambda _: None) if as_json else say
    os.environ[f"{PREFIX}RECEIVE_DOCUMENTS"] = "true"
    # two demonstrations at once would both find the usual port free, and the second receive what is the first's
    own = {f"{PREFIX}DATA_DIR": str(_own_directory()), f"{PREFIX}CONSOLE_PORT": "0"}
    settings = read_settings({**os.environ, **own})
    wanted = scenario.simulators(known)
    asked = [replace(one, port=0) for one in everyone(documents=documents, seed=seed) if one.system in wanted]
    received = {one.target: paths.receive(one.target) for one in known if one.sends_to}
    os.environ[f"{PREFIX}ALLOW_PRIVATE_ADDRESSES"] = "true"
    with Farewell() as farewell, Stack(settings, sandboxes=asked, received=received, announce=announce) as stack:
        announce(f"Flower is at {stack.places['flower']}; logs are in {settings.data_dir / 'logs'}.")
        for system, options in (pair for one in known for pair in one.behaviour.items()):
            if system in wanted:
                _ask(_url(stack, system, "options"), options)
        _set_up(stack, known, announce)
        _connect_senders(stack, known)
        if faults:
            announce("Switching the faults on.")
            for system in sorted(wanted & (rules := scenario.faults(known)).keys()):
                _ask(_url(stack, system, "faults"), {"rules": rules[system]})
        ledger = Ledger(stack.settings.database_url)
        try:
            _watch(ledger, stack, farewell, known, quiet=as_json)
            _second_day(stack, known, announce)
            flows = _watch(ledger, stack, farewell, known, quiet=as_json)
            if _third_day(stack, known):
                flows = _watch(ledger, stack, farewell, known, quiet=as_json)
        finally:
            ledger.close()
        states = _states(stack)
    order = list(registry.flows())
    compared = sorted(reconcile(states), key=lambda line: order.index(line.flow))
    injected = {system: state["faults"] for system, state in states.items()}
    if as_json:
        emit({"flows": flows, "reconciliation": compared, "faults": injected})
    else:
        console().print(showing.result_table(flows), showing.reconciliation_table(compared))
        say(showing.verdict(compared, injected) + f", in {time.monotonic() - started:.0f} s.")
    bad = [line for line in compared if not line.clean]
    return "" if not bad else f"The reconciliation found differences in {', '.join(line.flow for line in bad)}."


def _own_directory() -> Path:
    """A fresh directory beside the data of ``up``: each demonstration begins with an empty ledger."""
    directory = read_settings().data_dir / "demo"
    forget_data(directory)
    return directory


def _set_up(stack: Stack, known: list[Scenario], announce: Callable[[str], None]) -> None:
    """What a customer does: describe connections, integrations and crosswalks in one file, apply it, ping them all."""
    setup = scenario.write_setup(stack.settings.data_dir, stack.places, known)
    connections = [name for one in known for name, _ in one.connections]
    for command in (("apply", str(setup)), *(("connection", "ping", name) for name in connections)):
        announce(f"$ ml-connector {' '.join(command)}")
        environment = {**os.environ, **scenario.secrets(), f"{PREFIX}DATA_DIR": str(stack.settings.data_dir)}
        done = subprocess.run(  # noqa: S603 - our own command
            [sys.executable, "-m", "workers.command", *command],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise ConfigurationError(
                f"`ml-connector {command[0]}` failed: {done.stderr.strip() or done.stdout.strip()}"
            )


def _connect_senders(stack: Stack, known: list[Scenario]) -> None:
    """Tell simulators that send documents where to."""
    for one in filter(lambda one: one.sends_to, known):
        systems = (system for name, system in one.connections if name == one.target)
        for system in systems:
            _ask(_url(stack, system, "options"), {one.sends_to: stack.places[one.target]})


def _watch(ledger: Ledger, stack: Stack, farewell: Farewell, known: list[Scenario], *, quiet: bool) -> list[Progress]:
    """Look until every source was read again from its beginning and nothing moves any more."""
    started = moved = time.monotonic()
    before: list[Progress] = []
    # one run more may have begun before what happened last
    enough = {flow.flow: flow.runs + 2 if flow.runs else 1 for flow in _look(ledger, known)}
    with Live(console=console(), refresh_per_second=4, transient=True, auto_refresh=not quiet) as live:
        while not farewell.asked.wait(_GLANCE):
            stack.tend()
            now = time.monotonic()
            flows = _look(ledger, known)
            if flows and not quiet:
                live.update(showing.progress_table(flows, seconds=now - started))
            places = [replace(flow, runs=0) for flow in flows]
            still = places == before and all(flow.runs >= enough[flow.flow] and not flow.moving for flow in flows)
            if flows and still and (now - moved > _PATIENCE or not any(flow.depending for flow in flows)):
                return flows
            if places != before:
                before, moved = places, now
            if now - moved > STUCK_SECONDS:
                raise ConnectorError(
                    f"Nothing moved for {STUCK_SECONDS:.0f} s; the logs in {stack.settings.data_dir / 'logs'} say why."
                )
    raise ConnectorError("The demonstration was stopped before its end.")


def _look(ledger: Ledger, known: list[Scenario]) -> list[Progress]:
    with transaction(ledger, actor="demo") as tx:
        found = [flow for one in known for flow in progress(tx, one.name)]
    order = list(registry.flows())
    return sorted(found, key=lambda flow: order.index(flow.flow))


def _second_day(stack: Stack, known: list[Scenario], announce: Callable[[str], None]) -> None:
    running, states = _running(stack)
    for one in filter(lambda one: one.news, known):
        announce(one.news)
        _happen(stack, running, one.second_day(states))


def _third_day(stack: Stack, known: list[Scenario]) -> bool:
    """Whether anything happened."""
    running, states = _running(stack)
    return sum(_happen(stack, running, one.third_day(states)) for one in known) > 0


def _running(stack: Stack) -> tuple[dict[str, str], dict[str, dict[str, Any]]]:
    """By the system each of them stands for, the simulators that run and what they hold."""
    states = _states(stack)
    return {stands_for(name): name for name in states}, {stands_for(name): state for name, state in states.items()}


def _happen(stack: Stack, running: Mapping[str, str], requests: Iterable[tuple[str, Any]]) -> int:
    """Ask this of the simulators; returns how much it was."""
    asked = [_ask(_url(stack, running[system], "documents"), body) for system, body in requests]
    return len(asked)


def _states(stack: Stack) -> dict[str, dict[str, Any]]:
    systems = (name.removeprefix("sandbox-") for name in stack.places if name.startswith("sandbox-"))
    return {system: _ask(_url(stack, system, "state")) for system in systems}


def _url(stack: Stack, system: str, what: str) -> str:
    return f"{stack.places[f'sandbox-{system}']}/_sandbox/{what}"


def _ask(url: str, body: object = None) -> dict[str, Any]:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, headers={"Content-Type": "application/json"})  # noqa: S310 - the sandboxes we started ourselves
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - our own simulator
        answered: dict[str, Any] = json.load(answer)
    return answered
