"""Alerts: what stands, what is watched, and who is told."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from pydantic import Field

from connector.api.models.model import Asking, Flag, Model
from connector.api.models.setup import NAME

_PLACE = Field(default="", max_length=200, description="An integration or <integration>/<flow>; empty: everywhere.")
_SEEN = Field(
    min_length=1,
    max_length=100,
    description="`seen` of what was looked at: where it is otherwise now, it stays as it is.",
)


class StandingAlert(Model):
    """An alert that stands."""

    name: str = Field(description="Its rule.", examples=["dead.letters"])
    about: str
    raised_at: dt.datetime
    detail: dict[str, Any] = Field(description="What was found, and what to do.")


class Told(Model):
    """A line that a channel was told, or is still to be told."""

    id: UUID
    channel: str
    kind: str = Field(description="begun, over, passed or digest.")
    name: str
    about: str
    detail: dict[str, Any]
    status: str = Field(description="told, given up, fails (is tried again) or waits.")
    created_at: dt.datetime
    due_at: dt.datetime
    sent_at: dt.datetime | None
    gave_up_at: dt.datetime | None
    tries: int
    why: str = Field(description="Why the last try failed.")


class RuleSetting(Model):
    """What is set otherwise for a rule; null is as it comes."""

    name: str
    scope: str = Field(description="The integration or <integration>/<flow>; empty: everywhere.")
    enabled: bool | None
    threshold: float | None
    urgent: bool | None


class AlertRule(Model):
    """One thing that is watched."""

    name: str = Field(examples=["dead.letters"])
    when: str = Field(description="It alerts when ...")
    unit: str = Field(description="What its threshold counts; empty where it has none.")
    threshold: float = Field(description="From when on it is too much, as it comes.")
    most: float
    urgent: bool = Field(description="Whether it is told in quiet hours, too, as it comes.")
    scope: str = Field(description="The narrowest thing it can be set for: integration, flow, or nothing.")
    settings: list[RuleSetting] = Field(description="What is set otherwise.")
    seen: str = Field(description="A word for how it is set now, everywhere and anywhere.")


class RuleChange(Asking):
    """How a rule is set from now on; what is null stays as it is."""

    scope: str = _PLACE
    enabled: Flag | None = Field(default=None, description="Whether it is watched.")
    threshold: float | None = Field(default=None, description="From when on it is too much.")
    urgent: Flag | None = Field(default=None, description="Whether it is told in quiet hours, too.")
    seen: str = _SEEN


class RuleReset(Asking):
    """Where a rule is to be as it comes."""

    scope: str = _PLACE
    seen: str = _SEEN


class Reset(Model):
    """Whether there was anything to take back."""

    reset: bool


class AlertChannel(Model):
    """Where alerts are told, without its secrets."""

    id: UUID
    name: str = Field(examples=["ops"])
    kind: str = Field(description="email, webhook, slack or teams.")
    config: dict[str, Any]
    hearing: dict[str, Any] = Field(description="What it hears, and when.")
    digest_at: dt.datetime | None
    created_at: dt.datetime
    updated_at: dt.datetime
    sent_at: dt.datetime | None = Field(description="When something last went through.")
    waiting: int = Field(description="Lines that wait although they were tried.")
    waiting_since: dt.datetime | None
    why: str = Field(description="Why the last try failed.")
    given_up: int = Field(description="Lines that were given up since the last one that went through.")
    seen: str = Field(description="A word for what it is now, its secrets included.")


class NewChannel(Asking):
    """A channel to be added."""

    name: str = Field(pattern=NAME, examples=["ops"])
    kind: str = Field(max_length=63, examples=["slack"])
    config: dict[str, Any] = Field(
        description="Its settings, as `ml-connector alert channel add` reads them; secrets in clear, which are never "
        "told again."
    )


class ChannelChange(Asking):
    """What a channel is from now on, as a whole."""

    config: dict[str, Any] = Field(description="All its settings; a secret that is left out stays.")
    seen: str = _SEEN


class ChannelChanged(Model):
    """What differs."""

    changed: list[str]


class Tried(Model):
    """A test message went through."""

    sent: str
    at: dt.datetime
