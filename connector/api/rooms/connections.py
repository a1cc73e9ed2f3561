"""``/connections``."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from connector.api.models.changes import Job
from connector.api.models.connections import (
    Check,
    Connection,
    ConnectionDetail,
    Credentials,
    NewConnection,
    Ping,
    Resumed,
)
from connector.api.models.setup import Removed, Why
from connector.api.serving.asked import Asks
from connector.api.serving.paging import Page
from connector.api.serving.working import BEGINS, begun
from connector.domain.errors import ConnectorError
from connector.domain.role import Role
from connector.operations.setup import connection_detail, connections, given, stopping
from connector.operations.setup import ping as pinging

if TYPE_CHECKING:
    from connector.api.serving.service import Service
    from connector.operations import jobs
    from connector.operations.operator import Operator

_TAGS = ["connections"]
_ONE = "/connections/{name}"


def add(service: Service) -> None:
    """Add these resources."""

    @service.reads("/connections", tags=_TAGS)
    def list_connections(asks: Asks) -> Page[Connection]:
        """List all connections by name, without their secrets."""
        return Page(items=[Connection.told(one) for one in connections.list_(asks.operator)])

    @service.reads(_ONE, tags=_TAGS)
    def show_connection(asks: Asks, name: str) -> ConnectionDetail:
        """Show a connection, without its secrets."""
        found = connection_detail.get(asks.operator, name)
        more = {name: value for name, value in vars(found).items() if name != "connection"}
        return ConnectionDetail.model_validate({**Connection.told(found.connection).model_dump(), **more})

    @service.changes("POST", "/connections", role=Role.ADMIN, tags=_TAGS, status_code=HTTPStatus.CREATED)
    def add_connection(asks: Asks, asked: NewConnection, response: Response) -> Connection:
        """Add a connection; its secrets go into the vault, and are never told again."""
        added = connections.add(asks.operator, asked.name, asked.system, asked.config, resolve=given.in_clear)
        response.headers["Location"] = f"/api/v1/connections/{added.name}"
        return Connection.told(added)

    @service.changes("PUT", f"{_ONE}/credentials", role=Role.ADMIN, tags=_TAGS)
    def rotate_credentials(asks: Asks, name: str, asked: Credentials) -> Connection:
        """Replace secrets, and other values where some are sent; frees a connection that had stopped by itself."""
        return Connection.told(given.rotate(asks.operator, name, asked.config, same_tenant=asked.same_tenant))

    @service.changes("DELETE", _ONE, role=Role.ADMIN, tags=_TAGS)
    def remove_connection(asks: Asks, name: str) -> Removed:
        """Remove a connection that no integration uses, with the messages it was sent."""
        return Removed(removed=name, messages=connections.remove(asks.operator, name))

    @service.changes("POST", f"{_ONE}/ping", role=Role.OPERATOR, tags=_TAGS, **BEGINS)
    def ping_connection(asks: Asks, name: str, response: Response) -> Job:
        """Log in and check every entity that the flows use.

        The job's result has `ok`, `checks`, and `problem` where nobody was let in.
        """
        connections.get(asks.operator, name)

        def work(job: jobs.Job) -> dict[str, Any]:
            job.say(0, None, f"Asking {name}")
            return _pinged(asks.operator, name).model_dump(mode="json")

        return begun(asks, response, "ping", f"Ping {name}", work)

    @service.changes("POST", f"{_ONE}/stop", role=Role.OPERATOR, tags=_TAGS)
    def stop_connection(asks: Asks, name: str, asked: Why) -> Connection:
        """Let nothing use a connection until somebody resumes it: its records wait."""
        return Connection.told(stopping.stop(asks.operator, name, asked.why))

    @service.changes("POST", f"{_ONE}/resume", role=Role.OPERATOR, tags=_TAGS)
    def resume_connection(asks: Asks, name: str) -> Resumed:
        """Let a connection be used again that a person stopped; the records that waited for it go on."""
        return Resumed(released=stopping.resume(asks.operator, name))


def _pinged(operator: Operator, name: str) -> Ping:
    try:
        pinged = pinging.ping(operator, name)
    except ConnectorError as error:
        return Ping(
            ok=False, system="", login="", latency_ms=0, checks=[], freed=False, stopped_why="", problem=error.message
        )
    report = pinged.report
    return Ping(
        ok=report.ok,
        system=report.system,
        login=report.login,
        latency_ms=report.latency_ms,
        checks=[Check.told(one) for one in report.checks],
        freed=pinged.freed,
        stopped_why=pinged.stopped_why,
        problem="",
    )
