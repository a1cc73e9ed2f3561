"""What an operator may do with channels of alerts. Their secrets leave the vault only to be used."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from connector.domain.alert import Line
from connector.domain.errors import ConfigurationError, UnknownName
from connector.domain.identity import new_id
from connector.operations.setup import foreign, names, references
from connector.operations.setup.alert_rules import RULES
from connector.store import operator as ledger
from connector.store.operator.alerting import Channel, Standing, Told
from connector.telling import channels, wording

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from connector.domain.alert import Hearing
    from connector.operations.operator import Operator
    from connector.operations.setup.references import Resolve
    from connector.store.operator.transaction import OperatorTransaction


__all__ = ("Channel", "Standing", "Told")

#: what says to whom a password is shown
_WHERE = ("host", "port", "security", "username", "ca_file")


@dataclass(frozen=True, kw_only=True)
class Parts:
    """A channel as it is wanted, checked; its secrets are in clear, on the way into the vault."""

    kind: str
    config: dict[str, Any]
    hearing: Hearing
    secrets: dict[str, str] = field(repr=False)


def parts(kind: str, written: Mapping[str, Any], resolve: Resolve, *, allow_plain: bool) -> Parts:
    """Check what is written of a channel; raises ConfigurationError for every mistake in it."""
    foreign.check_channel(kind, written)
    return _checked(kind, resolve(written, channels.secrets_of(kind)), allow_plain=allow_plain)


def _checked(kind: str, given: Mapping[str, Any], *, allow_plain: bool) -> Parts:
    config, hearing, secrets = channels.checked(kind, given, allow_plain=allow_plain)
    for rule in hearing.rules:
        if rule not in RULES:
            raise UnknownName.among("alert rule", rule, RULES)
    return Parts(kind=kind, config=config, hearing=hearing, secrets=secrets)


def add(
    operator: Operator, name: str, kind: str, written: Mapping[str, Any], *, resolve: Resolve = references.resolve
) -> Channel:
    """Add a channel; raises ConfigurationError for every mistake in its settings or a taken name."""
    names.checked("an alert channel", name)
    wanted = parts(kind, written, resolve, allow_plain=operator.application.allow_private_addresses)
    with operator.transaction() as tx:
        return create(tx, name, wanted)


def create(tx: OperatorTransaction, name: str, wanted: Parts) -> Channel:
    """The same within a transaction that does more."""
    _check_integrations(tx, wanted.hearing)
    channel_id = new_id()
    added = ledger.alerting.add_channel(
        tx,
        channel_id=channel_id,
        name=name,
        kind=wanted.kind,
        config=wanted.config,
        hearing=asdict(wanted.hearing),
        sealed=ledger.bindings.vault_of(tx).seal(_opened_as(wanted), _identity(channel_id)),
        digest_at=wanted.hearing.next_digest(tx.now),
    )
    if not added:
        raise ConfigurationError(f"There is an alert channel {name!r} already; change that one, or choose a name.")
    detail = {"kind": wanted.kind, "hearing": asdict(wanted.hearing)}
    ledger.audit.note(tx, f"alert-channel:{name}", "operator.added", detail)
    return ledger.alerting.channel(tx, name)


def version(channel: Channel) -> str:
    """A word for what a channel is now, its secrets included."""
    return channel.updated_at.isoformat()


def change(
    operator: Operator,
    name: str,
    written: Mapping[str, Any],
    *,
    seen: str = "",
    resolve: Resolve = references.resolve,
) -> list[str]:
    """Set a channel otherwise, as a whole; returns what that changed. A secret that is not given stays.

    It stays only as long as it goes where it went: raises ConfigurationError where it would be sent elsewhere. Where
    ``seen`` says which version of it was looked at, it raises also when somebody changed it meanwhile.
    """
    with operator.transaction() as tx:
        found = ledger.alerting.channel(tx, name)
        if seen and seen != version(found):
            raise _changed_meanwhile(name)
        foreign.check_channel(found.kind, written)
        given = {**_kept(tx, found, written), **resolve(written, channels.secrets_of(found.kind))}
        allow_plain = operator.application.allow_private_addresses
        return replace(tx, found, _checked(found.kind, given, allow_plain=allow_plain))


def replace(tx: OperatorTransaction, found: Channel, wanted: Parts) -> list[str]:
    """The same within a transaction that does more, with all secrets."""
    if found.kind != wanted.kind:
        raise ConfigurationError(
            f"{found.name} is a channel of kind {found.kind}, and stays one: add another channel for {wanted.kind}."
        )
    _check_integrations(tx, wanted.hearing)
    before = _open(tx, found.id)
    old = {**before["config"], **before["secrets"], **_heard(found.hearing)}
    new = {**wanted.config, **wanted.secrets, **_heard(asdict(wanted.hearing))}
    changed = sorted(key for key in old.keys() | new.keys() if old.get(key) != new.get(key))
    if dict(found.config) != before["config"]:  # what is shown was changed behind the product's back
        changed.append("what is shown of it")
    if not changed:
        return []
    written = ledger.alerting.change_channel(
        tx,
        channel_id=found.id,
        config=wanted.config,
        hearing=asdict(wanted.hearing),
        sealed=ledger.bindings.vault_of(tx).seal(_opened_as(wanted), _identity(found.id)),
        digest_at=wanted.hearing.next_digest(tx.now),
        seen=found.updated_at,
    )
    if not written:
        raise _changed_meanwhile(found.name)
    detail = {"changed": changed, "hearing": asdict(wanted.hearing)}
    ledger.audit.note(tx, f"alert-channel:{found.name}", "operator.changed", detail)
    return changed


def _changed_meanwhile(name: str) -> ConfigurationError:
    return ConfigurationError(
        f"Somebody changed the channel {name} meanwhile, and nothing of this was saved; look at it, and change it "
        "again."
    )


def _kept(tx: OperatorTransaction, found: Channel, written: Mapping[str, Any]) -> dict[str, str]:
    before = _open(tx, found.id)
    kept = {key: value for key, value in before["secrets"].items() if key not in written}
    if "password" in kept and not written.get("username"):
        kept.pop("password")
    default = {"port": 587, "security": "starttls", "ca_file": ""}
    moved = [key for key in _WHERE if written.get(key, default.get(key)) != before["config"].get(key, default.get(key))]
    if "password" in kept and moved:
        raise ConfigurationError(
            f"{' and '.join(moved)} would be another: give the password again. The one in the vault goes nowhere but "
            "where it was meant for."
        )
    return kept


def _heard(hearing: Mapping[str, Any]) -> dict[str, Any]:
    return {key: list(value) if isinstance(value, (list, tuple)) else value for key, value in hearing.items()}


def get(operator: Operator, name: str) -> Channel:
    """One channel, without its secrets; raises UnknownName."""
    with operator.transaction() as tx:
        return ledger.alerting.channel(tx, name)


def told(operator: Operator, channel: str = "", before: UUID | None = None, *, most: int = 50) -> list[Told]:
    """What channels were told lately, and what they are still to be told, the newest first."""
    with operator.transaction() as tx:
        if channel:
            ledger.alerting.channel(tx, channel)
        return ledger.alerting.told(tx, channel, before, most=most)


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


def _opened_as(wanted: Parts) -> bytes:
    return json.dumps({"config": wanted.config, "secrets": wanted.secrets}).encode()


def _open(tx: OperatorTransaction, channel_id: UUID) -> dict[str, Any]:
    opened: dict[str, Any] = json.loads(
        ledger.bindings.vault_of(tx).open(ledger.alerting.sealed(tx, channel_id), _identity(channel_id))
    )
    return opened


def _identity(channel_id: UUID) -> str:
    return f"alert_channels:{channel_id}:sealed"
