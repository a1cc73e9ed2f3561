"""The alerts of a set-up file: channels and rules, as ``apply`` makes them and ``export`` tells them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.domain.alert import Hearing
from connector.domain.errors import UnknownName
from connector.operations.setup import alert_channels, names, references, setting_rules
from connector.operations.setup.alert_rules import RULES
from connector.operations.setup.applied import CHANGED, CREATED, UNCHANGED, Applied
from connector.operations.setup.setup_file import located
from connector.store import operator as ledger
from connector.telling.channels import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from connector.operations.setup.alert_channels import Parts
    from connector.operations.setup.references import Resolve
    from connector.operations.setup.setup_file import RulePart, SetupFile
    from connector.operations.setup.yaml_text import Text
    from connector.store.operator.transaction import OperatorTransaction

_AS_IT_COMES = Hearing()


def checked(
    wanted: SetupFile, text: Text, *, resolve: Resolve, allow_plain: bool = True
) -> Iterator[tuple[str, Parts]]:
    """The channels of a file, with their secrets; raises ConfigurationError with the line of a mistake."""
    for name, part in ((wanted.alerts and wanted.alerts.channels) or {}).items():
        with located(text, "alerts", "channels", name):
            names.checked("an alert channel", name)
            yield name, alert_channels.parts(part.kind, part.written, resolve, allow_plain=allow_plain)


def apply(tx: OperatorTransaction, channels: Mapping[str, Parts], wanted: SetupFile, text: Text) -> Iterator[Applied]:
    """Make channels and rules say what the file says."""
    known = {one.name: one for one in ledger.alerting.channels(tx)}
    for name, parts in channels.items():
        with located(text, "alerts", "channels", name):
            if name not in known:
                alert_channels.create(tx, name, parts)
                yield Applied(what="alert channel", name=name, verdict=CREATED)
                continue
            changed = alert_channels.replace(tx, known[name], parts)
        yield _applied("alert channel", name, changed)
    for name, part in ((wanted.alerts and wanted.alerts.rules) or {}).items():
        with located(text, "alerts", "rules", name):
            if name not in RULES:
                raise UnknownName.among("alert rule", name, RULES)
            everywhere = _put(tx, name, "", part)
        if everywhere is not None:
            yield _applied("alert rule", name, everywhere)
        for place, other in (part.places or {}).items():
            with located(text, "alerts", "rules", name, "for", place):
                there = _put(tx, name, place, other)
            yield _applied("alert rule", f"{name} for {place}", there or [])


def _put(tx: OperatorTransaction, name: str, place: str, part: RulePart) -> list[str] | None:
    """What was changed; None where the file says nothing of it."""
    if part.enabled is part.threshold is part.urgent is None:
        return None
    said = {"enabled": part.enabled, "threshold": part.threshold, "urgent": part.urgent}
    return setting_rules.put(tx, name, place, **said)  # type: ignore[arg-type]  # of one part


def _applied(what: str, name: str, changed: list[str]) -> Applied:
    verdict = CHANGED if changed else UNCHANGED
    return Applied(what=what, name=name, verdict=verdict, detail=", ".join(changed))


def exported(tx: OperatorTransaction) -> dict[str, Any]:
    """Channels and rules as a file has them, with a reference for each secret; nothing where nothing is set."""
    channels = {
        one.name: {
            "kind": one.kind,
            **one.config,
            **{key: list(value) if isinstance(value, tuple) else value for key, value in _differing(one.hearing)},
            **{key: references.placeholder(one.name, key) for key in _secrets(one.kind, one.config)},
        }
        for one in ledger.alerting.channels(tx)
    }
    rules: dict[str, dict[str, Any]] = {}
    for one in ledger.alerting.rules(tx):
        said = {"enabled": one.enabled, "threshold": one.threshold, "urgent": one.urgent}
        said = {key: value for key, value in said.items() if value is not None}
        of = rules.setdefault(one.name, {})
        (of.setdefault("for", {}).setdefault(one.scope, {}) if one.scope else of).update(said)
    found = {"channels": channels, "rules": rules}
    return {key: value for key, value in found.items() if value}


def _secrets(kind: str, config: Mapping[str, Any]) -> list[str]:
    _, needed, optional = KINDS[kind]
    return sorted(needed | (optional if config.get("username") else frozenset()))


def _differing(hearing: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in hearing.items():
        plain = tuple(value) if isinstance(value, list) else value
        if plain != getattr(_AS_IT_COMES, key):
            yield key, value
