"""``doctor``: is everything there that the connector needs, and what to do where it is not."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING

from connector.config import load_settings
from connector.config.broker import broker_of
from connector.domain.errors import ConnectorError, StoreUnavailable
from connector.domain.exchange import Verdict
from connector.embedded.programs import QUEUES
from connector.http import guard
from connector.operations.check import Health, ok, warning, wrong
from connector.operations.health import broker, causes, machine, permissions, postgres
from connector.operations.operator import Operator
from connector.operations.setup import expiry, pinging, vault
from connector.store import operator as ledger
from connector.store.audit.verifying import MOST_FINDINGS
from connector.store.binding import bindings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from connector.config.settings import Settings
    from connector.operations.check import Check
    from connector.operations.operator import Application
    from connector.store.operator.connections import Connection

#: so many things that were changed are named
_NAMED = 5


def examine(build: Callable[[Settings], Application], *, actor: str) -> Iterator[Check]:
    """Look at one thing after the other; what cannot be looked at because of an earlier one is left out."""
    try:
        settings = load_settings()
    except ConnectorError as error:
        yield from (wrong("settings", line, "Correct the settings first.") for line in error.message.splitlines())
        return
    yield ok("settings", f"complete{_permitted(settings)}")
    yield machine.disk(machine.watched(settings))
    yield from machine.database_disk(settings)
    yield machine.shared_memory()
    yield machine.open_files()
    yield from permissions.examine(settings.data_dir)
    yield from _broker(settings)
    migrated = _asked("postgres", lambda: postgres.migrations(settings.database_url))
    yield migrated
    if migrated.health is Health.OK:
        yield _asked("postgres sessions", lambda: postgres.pooler(settings.database_url))
    try:
        operator = Operator(application=build(settings), actor=actor)
        operator.application.require_vault()
    except ConnectorError as error:
        yield wrong("master keys", error.message, "Set the master keys.")
        return
    if migrated.health is Health.OK:
        yield from _inside(operator, settings)


def _broker(settings: Settings) -> Iterator[Check]:
    try:
        reached = broker_of(settings)
    except ConnectorError as error:
        yield wrong("redis", error.message, "Correct the settings first.")
    else:
        yield from broker.examine(reached, QUEUES)


def _permitted(settings: Settings) -> str:
    return f"; {guard.SETTING}: every connection may use plain http" if settings.allow_private_addresses else ""


def _asked(what: str, ask: Callable[[], Check]) -> Check:
    try:
        return ask()
    except StoreUnavailable as error:
        return wrong(what, error.in_full, "Correct this first; the ledger is everything.")
    except ConnectorError as error:
        return wrong(what, error.message, "Correct this first; the ledger is everything.")


def _inside(operator: Operator, settings: Settings) -> Iterator[Check]:
    """What the ledger itself tells."""
    with operator.transaction() as tx:
        yield from postgres.server(tx)
        yield from postgres.processes(tx)
        yield postgres.months(tx)
        yield postgres.sealing(tx, dt.timedelta(seconds=settings.audit_seal_lag_seconds))
        yield from postgres.queues(tx, dt.timedelta(seconds=settings.silent_queue_seconds))
        yield from causes.untold(tx)
        too_long = dt.timedelta(hours=settings.longest_unfinished_hours)
        yield from postgres.attention(tx, too_long, settings.keep_documents_days)
        connections = ledger.connections.list_(tx)
    yield master_keys(operator)
    yield setup(operator)
    for connection in connections:
        if connection.offered_at is not None:
            yield warning(
                f"connection {connection.name}", f"{connection.why}", "Look whose it is, then do one of both."
            )
            continue
        yield reachable(operator, connection)
        with suppress(ConnectorError):  # what cannot be opened was said just now
            lapsing_soon = expiry.check(operator, connection.name, connection.system, now=dt.datetime.now(dt.UTC))
            if lapsing_soon is not None:
                yield lapsing_soon


def master_keys(operator: Operator) -> Check:
    """Whether everything sealed can be opened."""
    found = vault.in_use(operator)
    if found.lost:
        return wrong(
            "master keys",
            f"Values are sealed with {', '.join(found.lost)}, which is not set.",
            "Add the missing key to ML_CONNECTOR_MASTER_KEYS.",
        )
    if found.older:
        return warning(
            "master keys",
            f"Values are still sealed with {', '.join(found.older)}, older than {found.newest}",
            "Run `ml-connector vault rotate`.",
        )
    return ok("master keys", f"{found.newest} seals everything")


def setup(operator: Operator) -> Check:
    """Whether connections, flows, crosswalks and links are what the product itself last wrote."""
    try:
        with operator.transaction() as tx:
            found = list(islice(ledger.bindings.findings(tx, ever=False), MOST_FINDINGS))
            bound = bindings.everything_is_bound(tx)
    except ConnectorError as error:
        return wrong("setup", error.message, "Correct this first; nothing is posted before.")
    if found:
        named = "; ".join(f"{one.subject}: {one.problem}" for one in found[:_NAMED])
        advice = "Find out who did it; put it back, or take it as it is with `ml-connector vault confirm SUBJECT`."
        return wrong("setup", f"{len(found)} changed behind ml-connector's back: {named}", advice)
    if not bound:
        return ok("setup", "written by an earlier release; it is bound to the master key at the next start")
    return ok("setup", "connections, flows, crosswalks and links are what was last written")


def reachable(operator: Operator, connection: Connection) -> Check:
    """Log in at the other side and look for its entities."""
    what = f"connection {connection.name}"
    try:
        report = pinging.ping(operator, connection.name)
    except ConnectorError as error:
        return wrong(what, error.message, f"Correct this, then `ml-connector connection ping {connection.name}`.")
    amiss = [f"{check.entity} {check.verdict.value}" for check in report.checks if check.verdict is not Verdict.FOUND]
    see = f"See `ml-connector connection ping {connection.name}`."
    if amiss:
        return warning(what, f"logged in, but: {', '.join(amiss)}", see)
    if connection.stopped_why:
        return wrong(what, f"answers now, but was stopped: {connection.stopped_why}", f"{see} It frees the connection.")
    return ok(what, f"logged in ({report.login}), {len(report.checks)} entities found")
