"""Connections that end by themselves are told of in time; whoever looks opens them, which beat cannot."""

from __future__ import annotations

import datetime as dt
import logging
from typing import TYPE_CHECKING

from connector.domain.errors import ConnectorError
from connector.operations.check import Health
from connector.operations.health import watching
from connector.operations.health.trouble import Trouble
from connector.operations.setup import alert_rules as rules
from connector.operations.setup import expiry
from connector.operations.setup.alert_rules import LAPSES
from connector.store import operator as ledger

if TYPE_CHECKING:
    from connector.operations.operator import Operator

_log = logging.getLogger(__name__)


def report_lapses(operator: Operator) -> int:
    """Log and tell which connections lapse soon; returns how many there are."""
    with operator.transaction() as tx:
        connections = ledger.connections.list_(tx)
        set_ = rules.as_set(tx)
    before = dt.timedelta(days=set_.threshold(LAPSES))
    troubles: list[Trouble] = []
    unknown: list[str] = []
    for connection in connections:
        about = f"connection {connection.name}"
        try:
            found = expiry.check(
                operator, connection.name, connection.system, now=dt.datetime.now(dt.UTC), before=before
            )
        except ConnectorError as error:
            unknown.append(about)
            _log.warning("connection.not_looked_at", extra={"connection": connection.name, "error": error.in_full})
            continue
        if found is not None and found.health is not Health.OK:
            troubles.append(
                Trouble(name=LAPSES, about=about, found=found.found, advice=found.advice, health=found.health)
            )
    with operator.transaction() as tx:
        watching.report(tx, (LAPSES,), troubles, set_, keep=unknown)
    return len(troubles)
