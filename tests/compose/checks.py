"""What is looked at from outside: doctor, the backup, logs, what is left after everything was taken down."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

from tests.compose.deployment import SIMULATORS
from tests.compose.waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.compose.deployment import Deployment

    Announce = Callable[[str], None]

#: stand-ins may be older than what is corrected
_OF_STAND_INS = {"redis version", "postgres version"}


def doctor(deployment: Deployment, announce: Announce, *, fresh: bool = False) -> Iterator[str]:
    """What is wrong; of a fresh installation what is not green, because nothing waits for a person yet."""
    told = json.loads(deployment.type("doctor", "--json", check=False))
    announce(f"doctor: {len(told['checks'])} checks, ok is {told['ok']}.")
    for check in told["checks"]:
        amiss = check["health"] == "wrong" or (fresh and check["health"] != "ok")
        if amiss and check["what"] not in _OF_STAND_INS:
            yield f"doctor: {check['health']}: {check['what']}: {check['found']}"


def nightly(deployment: Deployment, announce: Announce) -> Iterator[str]:
    """What is done every night: a backup that is restored and verified, and what is old removed."""
    backup = deployment.compose("run", "--rm", "-T", "backup", profiles=["upkeep"], check=False)
    announce(backup.splitlines()[-1] if backup else "no backup")
    if "restored and verified" not in backup:
        yield f"The backup was not restored and verified: {backup}"
    retained = deployment.compose("run", "--rm", "-T", "retain", profiles=["upkeep"], check=False)
    if "Everything is kept" not in retained:
        yield f"`db retain` said: {retained}"


def logs(deployment: Deployment, announce: Announce) -> Iterator[str]:
    """Every line that a process of ours writes is an object."""
    lines = 0
    for service in set(deployment.services()) - {"postgres", "redis"}:
        for container in deployment.containers(service):
            for line in deployment.logs(container).splitlines():
                lines += 1
                if not _is_object(line):
                    yield f"{service} wrote a line that is not JSON: {line[:200]}"
                    break
    announce(f"{lines} lines of logs were read.")


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def loaded(deployment: Deployment) -> int:
    """How many documents the ledger has as done."""
    return int(_asked(deployment, "SELECT count(*) FROM records WHERE state = 'done'"))


def migration(deployment: Deployment) -> str:
    """The newest one of the ledger's tables."""
    return _asked(deployment, "SELECT version_num FROM alembic_version")


def _asked(deployment: Deployment, query: str) -> str:
    (postgres,) = deployment.containers("postgres")
    return deployment.docker("exec", postgres, "psql", "-U", "postgres", "-d", "ml_connector", "-Atc", query)


def forgotten(deployment: Deployment, announce: Announce) -> Iterator[str]:
    """Taken down and brought up, the ledger is there, and simulators that forgot what they held refuse to start."""
    before = loaded(deployment)
    deployment.compose("down", "--timeout", "10")
    deployment.compose("up", "-d", "--no-build", check=False)
    simulators = [name for name in deployment.services() if name.startswith(SIMULATORS)]
    until(
        lambda: all(one.startswith(SIMULATORS) for one in deployment.unwell()),
        "everything but the simulators is healthy",
        saw=deployment.unwell,
    )
    for name in simulators:
        (container,) = deployment.containers(name)
        until(partial(_ended, deployment, container), f"{name} refuses to start")
        said = deployment.logs(container)
        if "has forgotten what it held" not in said:
            yield f"{name}, which forgot everything, said: {said}"
    if before != (after := loaded(deployment)):
        yield f"The ledger had {before} documents as done before `down` and `up`, and has {after} now."
    announce(
        f"After `down` and `up` the ledger has its {after} documents; {len(simulators)} simulators refuse to start."
    )


def _ended(deployment: Deployment, container: str) -> bool:
    return deployment.docker("inspect", "--format", "{{.State.Status}}", container) == "exited"
