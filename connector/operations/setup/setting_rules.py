"""What an operator may do with the rules of alerts."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from connector.domain import canonical
from connector.domain.errors import ConfigurationError, UnknownName
from connector.operations.setup import flows
from connector.operations.setup.alert_rules import EVERYWHERE, FLOWS, RULES
from connector.store import operator as ledger

if TYPE_CHECKING:
    from collections.abc import Iterable

    from connector.operations.operator import Operator
    from connector.operations.setup.alert_rules import Rule
    from connector.store.operator.alerting import RuleSetting
    from connector.store.operator.transaction import OperatorTransaction


def list_(operator: Operator) -> list[RuleSetting]:
    """What differs from the defaults."""
    with operator.transaction() as tx:
        return ledger.alerting.rules(tx)


def change(
    operator: Operator,
    name: str,
    scope: str = "",
    *,
    enabled: bool | None = None,
    threshold: float | None = None,
    urgent: bool | None = None,
    seen: str = "",
) -> None:
    """Set a rule otherwise, everywhere or for an integration or flow; what is None stays as it is.

    Where ``seen`` says how the rule was set when it was looked at, raises ConfigurationError when that is not so now.
    """
    with operator.transaction() as tx:
        _as_seen(tx, name, seen)
        put(tx, name, scope, enabled=enabled, threshold=threshold, urgent=urgent)


def put(
    tx: OperatorTransaction,
    name: str,
    scope: str,
    *,
    enabled: bool | None = None,
    threshold: float | None = None,
    urgent: bool | None = None,
) -> list[str]:
    """The same within a transaction that does more; returns what that changed."""
    rule = named(name)
    if enabled is threshold is urgent is None:
        raise ConfigurationError("Say what is to change: --on or --off, --threshold, --urgent or --no-urgent.")
    if threshold is not None and not rule.unit:
        raise ConfigurationError(f"{name} has no threshold: it alerts when {rule.when}.")
    if threshold is not None and not 0 < threshold <= rule.most:
        most = f"{rule.most:,.15g}"
        raise ConfigurationError(f"The threshold of {name} is a number of {rule.unit} from above 0 to {most}.")
    _check_scope(tx, rule, scope)
    said = {"enabled": enabled, "threshold": threshold, "urgent": urgent}
    before = next((one for one in ledger.alerting.rules(tx) if (one.name, one.scope) == (name, scope)), None)
    changed = [key for key, value in said.items() if value is not None and value != getattr(before, key, None)]
    if changed:
        ledger.alerting.set_rule(tx, name, scope, enabled=enabled, threshold=threshold, urgent=urgent)
        ledger.audit.note(tx, f"alert-rule:{name}", "operator.changed", {"scope": scope, **said})
    return changed


def reset(operator: Operator, name: str, scope: str = "", *, seen: str = "") -> bool:
    """Take back what was set for this rule there; whether anything was. ``seen`` is as with ``change``."""
    named(name)
    with operator.transaction() as tx:
        _as_seen(tx, name, seen)
        gone = ledger.alerting.reset_rule(tx, name, scope)
        if gone:
            ledger.audit.note(tx, f"alert-rule:{name}", "operator.reset", {"scope": scope})
        return gone


def version(settings: Iterable[RuleSetting], name: str) -> str:
    """A word for how a rule is set now, everywhere and anywhere."""
    return canonical.fingerprint([dataclasses.asdict(one) for one in settings if one.name == name])


def _as_seen(tx: OperatorTransaction, name: str, seen: str) -> None:
    if not seen:
        return
    ledger.alerting.lock_rules(tx)
    if seen != version(ledger.alerting.rules(tx), name):
        raise ConfigurationError(
            f"Somebody set {name} otherwise meanwhile, and nothing of this was saved; look at it, and set it again."
        )


def named(name: str) -> Rule:
    """The rule of this name; raises UnknownName."""
    if name not in RULES:
        raise UnknownName.among("alert rule", name, RULES)
    return RULES[name]


def _check_scope(tx: OperatorTransaction, rule: Rule, scope: str) -> None:
    if not scope:
        return
    if rule.scope == EVERYWHERE:
        raise ConfigurationError(f"{rule.name} holds everywhere: leave {scope} away.")
    if "/" not in scope:
        ledger.integrations.named(tx, scope)
    elif rule.scope == FLOWS:
        flows.require_flow(tx, scope)
    else:
        raise ConfigurationError(f"{rule.name} is set for a whole integration: give {scope.partition('/')[0]}.")
