"""The script of the demonstration: start, set up as a customer would, watch, reconcile, stop."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from rich.live import Live

from connector import registry
from connector.bootstrap import application
from connector.config import PREFIX, read_settings
from connector.domain.errors import ConfigurationError, ConnectorError
from connector.embedded.farewell import Farewell
from connector.embedded.stack import Stack, forget_data
from connector.inbound import paths
from connector.operations.health import machine
from connector.operations.operator import Operator
from connector.operations.work import runs
from connector.store.operator.progress import progress
from sandbox.simulator import stands_for
from workers.demo import scenario, showing
from workers.demo.reconciling import reconcile
from workers.output import console, emit, say
from workers.simulators import everyone
from workers.welcome import welcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from connector.store.operator.progress import Progress
    from workers.demo.scenario import Scenario

#: the demonstration gives up when documents stop moving for longer than they ever wait by themselves: two minutes,
#: where a worker died before it told a source, or a connection's breaker is open
STUCK = dt.timedelta(minutes=3)
_GLANCE = 0.5
#: of each worker, unless the deployment says how many: some of them wait for answers that do not come
_PROCESSES = "3"
#: documents that wait for one that does not come are left waiting after this long, by when beat has looked after them
_PATIENCE = dt.timedelta(seconds=6)


def demonstrate(
    *,
    documents: int,
    seed: int,
    faults: bool,
    as_json: bool,
    interfaces: Sequence[str] = (),
    stay: bool = False,
) -> str:
    """Run it, over these interfaces of its systems; returns the sentence of a failure, or nothing.

    To ``stay`` is to keep it running until somebody asks to stop.
    """
    known = scenario.scenarios(interfaces)
    started = time.monotonic()
    announce: Callable[[str], None] = (lambda _: None) if as_json else say
    os.environ[f"{PREFIX}RECEIVE_DOCUMENTS"] = "true"
    # two demonstrations at once would both find the usual port free, and the second receive what is the first's
    own = {f"{PREFIX}DATA_DIR": str(_own_directory()), f"{PREFIX}CONSOLE_PORT": "0"}
    settings = read_settings({f"{PREFIX}WORKER_CONCURRENCY": _PROCESSES, **os.environ, **own})
    machine.require(settings.data_dir)
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
        operator = Operator(application=application(stack.settings), actor="operator:demo")
        try:
            _watch(operator, stack, farewell, known, quiet=as_json, until=_day_is_over)
            _second_day(stack, known, announce)
            _watch(operator, stack, farewell, known, quiet=as_json, until=_day_is_over)
            _third_day(stack, known)
            flows = _watch(operator, stack, farewell, known, quiet=as_json, until=_all_is_over)
        finally:
            operator.application.close()
        failed = _compare(_states(stack), flows, as_json=as_json, seconds=time.monotonic() - started)
        if stay:
            announce(welcome(stack.settings, stack.places["console"], actor=operator.actor))
            announce("It goes on until Ctrl-C.")
            while not farewell.asked.wait(_GLANCE):
                stack.tend()
    if not stay:
        announce("`ml-connector demo --stay` keeps it running, so that you can look at it in the console.")
    return failed


def _compare(states: Mapping[str, Any], flows: list[Progress], *, as_json: bool, seconds: float) -> str:
    """Tell what arrived, and what should have; returns the sentence of a failure, or nothing."""
    order = list(registry.flows())
    compared = sorted(reconcile(states), key=lambda line: order.index(line.flow))
    injected = {system: state["faults"] for system, state in states.items()}
    if as_json:
        emit({"flows": flows, "reconciliation": compared, "faults": injected})
    else:
        console().print(showing.result_table(flows), showing.reconciliation_table(compared))
        say(showing.verdict(compared, injected) + f", in {seconds:.0f} s.")
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
    _type(stack, [("apply", str(setup))], announce)
    _type(stack, [("connection", "ping", name) for name in connections], announce)


def _type(stack: Stack, commands: Sequence[tuple[str, ...]], announce: Callable[[str], None]) -> None:
    """Type commands, each in a terminal of its own; raises ConfigurationError with the words of one that fails."""
    environment = {**os.environ, **scenario.secrets(), f"{PREFIX}DATA_DIR": str(stack.settings.data_dir)}
    with ThreadPoolExecutor(len(commands)) as terminals:
        typed = []
        for command in commands:
            announce(f"$ ml-connector {' '.join(command)}")
            typed.append(terminals.submit(_typed, command, environment))
    for command, done in zip(commands, typed, strict=True):
        if done.result().returncode:
            said = done.result().stderr.strip() or done.result().stdout.strip()
            raise ConfigurationError(f"`ml-connector {' '.join(command[:2])}` failed: {said}")


def _typed(command: Sequence[str], environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "workers.command", *command],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def _connect_senders(stack: Stack, known: list[Scenario]) -> None:
    """Tell simulators that send documents where to."""
    for one in filter(lambda one: one.sends_to, known):
        systems = (system for name, system in one.connections if name == one.target)
        for system in systems:
            _ask(_url(stack, system, "options"), {one.sends_to: stack.places[one.target]})


@dataclass(frozen=True, kw_only=True)
class _Looked:
    """What was seen of the flows, and when by the clock of the ledger: now, first, and when anything moved last."""

    flows: Sequence[Progress]
    now: dt.datetime
    began: dt.datetime
    moved: dt.datetime

    def read_since(self, moment: dt.datetime) -> bool:
        """Whether each source was read from its beginning since then."""
        return all(flow.read_from is not None and flow.read_from > moment for flow in self.flows)


def _watch(
    operator: Operator,
    stack: Stack,
    farewell: Farewell,
    known: list[Scenario],
    *,
    quiet: bool,
    until: Callable[[_Looked], bool],
) -> list[Progress]:
    """Look until nothing moves any more, and that is the end.

    When nothing moves, all flows are asked for a run, as a person would: their schedules come later.
    """
    started = time.monotonic()
    began: dt.datetime | None = None
    before: list[Progress] = []
    moved: dt.datetime | None = None
    asked: dt.datetime | None = None
    with Live(console=console(), refresh_per_second=4, transient=True, auto_refresh=not quiet) as live:
        while not farewell.asked.wait(_GLANCE):
            stack.tend()
            now, flows = _look(operator, known)
            began = began or now
            if flows and not quiet:
                live.update(showing.progress_table(flows, seconds=time.monotonic() - started))
            places = [replace(flow, read_from=None) for flow in flows]
            if moved is None or places != before:
                before, moved = places, now
            elif not any(flow.moving or flow.fetching for flow in flows):
                if until(_Looked(flows=flows, now=now, began=began, moved=moved)):
                    return flows
                if asked is None or asked < moved:
                    asked = _run_all(operator, known)
            if now - moved > STUCK:
                raise ConnectorError(
                    f"Nothing moved for {STUCK.total_seconds():.0f} s; the logs in {stack.settings.data_dir / 'logs'} "
                    "say why."
                )
    raise ConnectorError("The demonstration was stopped before its end.")


def _day_is_over(looked: _Looked) -> bool:
    """Whether all was read that day; what comes of it may go on in the next one."""
    return looked.read_since(looked.began)


def _all_is_over(looked: _Looked) -> bool:
    """Whether all was read since anything moved, and nobody waits for a document that may still come."""
    depending = any(flow.depending for flow in looked.flows)
    return looked.read_since(looked.moved) and (looked.now - looked.moved > _PATIENCE or not depending)


def _run_all(operator: Operator, known: list[Scenario]) -> dt.datetime:
    """Ask for a run of every flow; returns when, by the clock of the ledger."""
    for one in known:
        for name in registry.flows(one.kind):
            runs.start(operator, f"{one.name}/{name}")
    with operator.transaction() as tx:
        return tx.now


def _look(operator: Operator, known: list[Scenario]) -> tuple[dt.datetime, list[Progress]]:
    """Where the documents are, and when that was by the clock of the ledger."""
    with operator.transaction() as tx:
        found = [flow for one in known for flow in progress(tx, one.name)]
    order = list(registry.flows())
    return tx.now, sorted(found, key=lambda flow: order.index(flow.flow))


def _second_day(stack: Stack, known: list[Scenario], announce: Callable[[str], None]) -> None:
    running, states = _running(stack)
    for one in filter(lambda one: one.news, known):
        announce(one.news)
        _happen(stack, running, one.second_day(states))


def _third_day(stack: Stack, known: list[Scenario]) -> None:
    running, states = _running(stack)
    for one in known:
        _happen(stack, running, one.third_day(states))


def _running(stack: Stack) -> tuple[dict[str, str], dict[str, dict[str, Any]]]:
    """By the system each of them stands for, the simulators that run and what they hold."""
    states = _states(stack)
    return {stands_for(name): name for name in states}, {stands_for(name): state for name, state in states.items()}


def _happen(stack: Stack, running: Mapping[str, str], requests: Iterable[tuple[str, Any]]) -> None:
    """Ask this of the simulators."""
    for system, body in requests:
        _ask(_url(stack, running[system], "documents"), body)


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
