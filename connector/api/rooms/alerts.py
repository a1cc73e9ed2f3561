"""``/alerts`` and ``/alert-rules``: what stands, what was told of it, and what is watched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from fastapi import Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from connector.api.models.alerts import AlertRule, Reset, RuleChange, RuleReset, StandingAlert, Told
from connector.api.serving.asked import Asks
from connector.api.serving.paging import Cursor, Page, Paged
from connector.domain.role import Role
from connector.operations.setup import alert_channels, setting_rules
from connector.operations.setup.alert_rules import RULES

if TYPE_CHECKING:
    from connector.api.serving.service import Service
    from connector.operations.operator import Operator

_TAGS = ["alerts"]
_RULE = "/alert-rules/{name}"


class ToldFilter(Paged):
    """Which lines."""

    channel: str = Field(default="", max_length=63, description="Only those of this channel.")


def add(service: Service) -> None:
    """Add these resources."""

    @service.reads("/alerts", tags=_TAGS)
    def list_alerts(asks: Asks) -> Page[StandingAlert]:
        """List the alerts that stand now, the oldest first."""
        return Page(items=[StandingAlert.told(one) for one in alert_channels.standing(asks.operator)])

    @service.reads("/alerts/told", tags=_TAGS)
    def list_told(
        asks: Asks, asked: Annotated[ToldFilter, Query()], request: Request, response: Response
    ) -> Page[Told]:
        """List what channels were told lately, and what they are still to be told, the newest first."""
        cursor = Cursor(asked, request, response)
        before = cursor.place(lambda place: UUID(str(place[0])))
        found = alert_channels.told(asks.operator, asked.channel, before, most=asked.limit + 1)
        return cursor.page(found, Told.told, lambda one: (one.id,))

    @service.reads("/alert-rules", tags=_TAGS)
    def list_rules(asks: Asks) -> Page[AlertRule]:
        """List the rules, each with what is set otherwise."""
        return Page(items=_rules(asks.operator))

    @service.reads(_RULE, tags=_TAGS)
    def show_rule(asks: Asks, name: str) -> AlertRule:
        """Show a rule."""
        return _rule(asks.operator, name)

    @service.changes("PUT", _RULE, role=Role.ADMIN, tags=_TAGS)
    def set_rule(asks: Asks, name: str, asked: RuleChange) -> AlertRule:
        """Set a rule otherwise, everywhere or in one place. It holds from the next look, within a minute."""
        setting_rules.change(
            asks.operator,
            name,
            asked.scope,
            enabled=asked.enabled,
            threshold=asked.threshold,
            urgent=asked.urgent,
            seen=asked.seen,
        )
        return _rule(asks.operator, name)

    @service.changes("POST", f"{_RULE}/reset", role=Role.ADMIN, tags=_TAGS)
    def reset_rule(asks: Asks, name: str, asked: RuleReset) -> Reset:
        """Take back what was set for a rule in one place."""
        return Reset(reset=setting_rules.reset(asks.operator, name, asked.scope, seen=asked.seen))


def _rules(operator: Operator) -> list[AlertRule]:
    others = setting_rules.list_(operator)
    return [
        AlertRule.model_validate(
            {
                **vars(rule),
                "settings": [one for one in others if one.name == rule.name],
                "seen": setting_rules.version(others, rule.name),
            },
        )
        for rule in RULES.values()
    ]


def _rule(operator: Operator, name: str) -> AlertRule:
    setting_rules.named(name)
    return next(one for one in _rules(operator) if one.name == name)
