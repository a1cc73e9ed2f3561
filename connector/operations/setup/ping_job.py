"""A ping that takes longer than somebody waits for a page: it tells of each entity as soon as it is checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.operations import jobs
from connector.operations.setup import connections, ping, pinging

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from connector.domain.exchange import EntityCheck
    from connector.operations.operator import Operator

KIND = "ping"


def begin(operator: Operator, name: str, *, place: str = "") -> UUID:
    """Begin to ping a connection; raises UnknownName, and ConfigurationError where too much is under way here."""
    connections.get(operator, name)
    before = ping.found(operator, name)
    of = len(before.checks) if before else None

    def work(job: jobs.Job) -> Mapping[str, Any]:
        checked = 0

        def heard(check: EntityCheck) -> None:
            nonlocal checked
            checked += 1
            job.say(checked, None if of is not None and checked > of else of, f"{check.entity}: {check.verdict}")

        job.say(0, of, "signing in")
        pinged = ping.ping(operator, name, heard)
        report = pinging.kept(pinged.report)
        return {"connection": name, "report": report, "freed": pinged.freed, "stopped_why": pinged.stopped_why}

    return jobs.begin(operator, KIND, f"Ping {name}", work, place=place)
