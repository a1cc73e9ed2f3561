"""What an operator may do with channels of alerts. Their secrets leave the vault only to be used."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from connector.domain.alert import Line
from connector.domain.errors import ConfigurationError, UnknownName
from connector.domain.identity import new_id
from connector.operations.setup import names, references
from connector.operations.setup.alert_rules import RULES
from connector.store import operator as ledger
from connector.telling import channels, wording

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from connector.domain.alert import Hearing
    from connector.operations.operator import Operator
    from connector.store.operator.alerting import Channel, Standing
    from connector.store.operator.transaction import OperatorTransaction


def add(operator: Operator, name: str, kind: str, written: Mapping[str, Any]) -> Channel:
    """Add a channel; raises ConfigurationError for every mistake in its settings or a taken name."""
    names.checked("an alert channel", name)
    config, hearing, secrets = channels.checked(
        kind,
        references.resolve(written, channels.secrets_of(kind)),
        allow_plain=operator.application.allow_private_addresses,
    )
    for rule in hearing.rules:
        if rule not in RULES:
            raise UnknownName.among("alert rule", rule, RULES)
    channel_id, now = new_id(), dt.datetime.now(dt.UTC)
    value = json.dumps({"config": config, "secrets": secrets}).encode()
    with operator.transaction() as tx:
        _check_integrations(tx, hearing)
        added = ledger.alerting.add_channel(
            tx,
            channel_id=channel_id,
            name=name,
            kind=kind,
            config=config,
            hearing=asdict(hearing),
            sealed=operator.application.vault.seal(value, _identity(channel_id)),
            digest_at=hearing.next_digest(now),
        )
        if not added:
            raise ConfigurationError(f"There is an alert channel {name!r} already; remove it first, or choose a name.")
        ledger.audit.note(tx, f"alert-channel:{name}", "operator.added", {"kind": kind, "hearing": asdict(hearing)})
        return ledger.alerting.channel(tx, name)


def list_(operator: Operator) -> list[Channel]:
    """All channels, without their secrets, and how they fare."""
    with operator.transaction() as tx:
        return ledger.alerting.channels(tx)


def standing(operator: Operator) -> list[Standing]:
    """The alerts that stand, the oldest first."""
    with operator.transaction() as tx:
        return ledger.alerting.standing(tx)


def remove(operator: Operator, name: str) -> None:
    """Remove a channel; what it was still to be told is told to nobody."""
    with operator.transaction() as tx:
        found = ledger.alerting.channel(tx, name)
        ledger.alerting.remove_channel(tx, found.id)
        ledger.audit.note(tx, f"alert-channel:{name}", "operator.removed", {"kind": found.kind})


def try_out(operator: Operator, name: str, *, console: str = "") -> None:
    """Send a test message now; raises ConnectorError with what is wrong."""
    with operator.transaction() as tx:
        found = ledger.alerting.channel(tx, name)
        sealed = ledger.alerting.sealed(tx, found.id)
        ledger.audit.note(tx, f"alert-channel:{name}", "operator.tested")
    now = dt.datetime.now(dt.UTC)
    message = wording.message(
        new_id(),
        [Line(kind="test", began=now)],
        channel=name,
        timezone=str(found.hearing.get("timezone", "UTC")),
        console=console,
    )
    send(operator, message, channel_id=found.id, name=name, kind=found.kind, sealed=sealed)


def send(
    operator: Operator, message: wording.Message, *, channel_id: UUID, name: str, kind: str, sealed: bytes
) -> None:
    """Send a message as what is sealed says, whatever stands beside it in clear; raises ConnectorError."""
    from connector.telling import sending  # noqa: PLC0415 - for those who send

    application = operator.application
    opened = json.loads(application.vault.open(sealed, _identity(channel_id)))
    sending.send(
        message,
        kind,
        opened["config"],
        opened["secrets"],
        name=name,
        at=dt.datetime.now(dt.UTC),
        outbound=application.outbound,
        allow_private=application.allow_private_addresses,
    )


def _check_integrations(tx: OperatorTransaction, hearing: Hearing) -> None:
    for integration in hearing.integrations:
        ledger.integrations.named(tx, integration)


def _identity(channel_id: UUID) -> str:
    return f"alert_channels:{channel_id}:sealed"
