"""``/settings/alerts``: what stands, who is told, what is watched, and what was told lately."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from connector.console.serving.answers import Answer, Onward, Page
from connector.domain.errors import ConfigurationError
from connector.domain.role import Role
from connector.operations.health.runbook import RUNBOOK
from connector.operations.setup import alert_channels, flows, integrations, setting_rules
from connector.operations.setup.alert_rules import EVERYWHERE, FLOWS, RULES, UNFINISHED, Rules

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from connector.console.serving.desk import Asked, Desk
    from connector.operations.operator import Operator
    from connector.operations.setup.alert_rules import Rule

PLACE = "/settings/alerts"
_RULE = f"{PLACE}/rules/{{rule}}"
#: lines of what was told that one page shows
_LINES = 25
_WORDS = {"on": True, "off": False, "": None}


def add(desk: Desk, long_wait: dt.timedelta) -> None:
    """Add these pages; ``long_wait`` is the threshold that the deployment gives to what is unfinished."""
    defaults = {UNFINISHED: long_wait.total_seconds() / 3600}
    desk.page(PLACE)(partial(_alerts, defaults))
    desk.page(f"{PLACE}/told")(_told)
    desk.page(_RULE)(partial(_rule, defaults))
    desk.change(_RULE, role=Role.ADMIN, back=_RULE)(_set)
    desk.change(f"{_RULE}/reset", role=Role.ADMIN)(_reset)


def _alerts(defaults: Mapping[str, float], asked: Asked) -> Answer:
    others = setting_rules.list_(asked.operator)
    set_ = Rules(others, defaults)
    return Page(
        template="settings_alerts.html",
        title="Alerts",
        shows={
            "standing": alert_channels.standing(asked.operator),
            "channels": alert_channels.list_(asked.operator),
            "rules": [
                (rule, RUNBOOK[rule.name].title, set_, [one for one in others if one.name == rule.name and one.scope])
                for rule in RULES.values()
            ],
            "runbook": RUNBOOK,
            "told": alert_channels.told(asked.operator, most=6),
        },
        live=True,
    )


def _told(asked: Asked) -> Answer:
    channel, before = asked.query("channel"), asked.query("before")
    found = alert_channels.told(asked.operator, channel, _uuid(before), most=_LINES + 1)
    return Page(
        template="settings_told.html",
        title="What was told",
        shows={
            "told": found[:_LINES],
            "older": found[_LINES - 1].id if len(found) > _LINES else None,
            "channel": channel,
            "channels": [one.name for one in alert_channels.list_(asked.operator)],
            "from_the_newest": not before,
            "runbook": RUNBOOK,
        },
    )


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        raise ConfigurationError("That is no place in this list: begin at the newest again.") from None


def _rule(defaults: Mapping[str, float], asked: Asked) -> Answer:
    rule = setting_rules.named(asked.path("rule"))
    others = [one for one in setting_rules.list_(asked.operator) if one.name == rule.name]
    seen = setting_rules.version(others, rule.name)
    return Page(
        template="settings_rule.html",
        title=RUNBOOK[rule.name].title,
        shows={
            "rule": rule,
            "runbook": RUNBOOK[rule.name],
            "set_": Rules(others, defaults),
            "others": others,
            "seen": seen,
            "places_of": _places(asked.operator, rule),
            "standing": [one for one in alert_channels.standing(asked.operator) if one.name == rule.name],
        },
    )


def _places(operator: Operator, rule: Rule) -> list[str]:
    if rule.scope == EVERYWHERE:
        return []
    found = [one.name for one in integrations.list_(operator)]
    return sorted(found + ([one.full_name for one in flows.list_(operator)] if rule.scope == FLOWS else []))


def _set(asked: Asked) -> Answer:
    rule, place = setting_rules.named(asked.path("rule")), asked.field("place")
    setting_rules.change(
        asked.operator,
        rule.name,
        place,
        enabled=_WORDS.get(asked.field("enabled")),
        threshold=_number(asked.field("threshold")),
        urgent=_WORDS.get(asked.field("urgent")),
        seen=asked.field("seen"),
    )
    return Onward(
        place=f"{PLACE}/rules/{rule.name}",
        said=f"{RUNBOOK[rule.name].title}: set {f'for {place}' if place else 'everywhere'}. It holds within a minute.",
    )


def _number(text: str) -> float | None:
    try:
        return float(text) if text.strip() else None
    except ValueError:
        raise ConfigurationError("The threshold is a number.") from None


def _reset(asked: Asked) -> Answer:
    rule, place = setting_rules.named(asked.path("rule")), asked.field("place")
    gone = setting_rules.reset(asked.operator, rule.name, place, seen=asked.field("seen"))
    where = f"for {place}" if place else "everywhere"
    said = f"{RUNBOOK[rule.name].title}: as it comes again, {where}." if gone else "Nothing was set there."
    return Onward(place=f"{PLACE}/rules/{rule.name}", said=said)
