"""What the form of a channel says, and how a channel fills one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from connector.console.serving.desk import Asked
    from connector.operations.setup.alert_channels import Channel

#: kind -> what it is called, and what it is for
KINDS = {
    "email": ("E-mail", "Letters over your own mail server, always encrypted."),
    "slack": ("Slack", "An incoming webhook of Slack, Mattermost or Rocket.Chat."),
    "teams": ("Teams", "A workflow “When a Teams webhook request is received” that anyone may trigger."),
    "webhook": ("Webhook", "Our JSON, signed as Standard Webhooks describe."),
}
#: kind -> its secrets
SECRETS = {
    "email": ("password",),
    "slack": ("url",),
    "teams": ("url",),
    "webhook": ("url", "signing_key"),
}
_TEXTS = ("host", "port", "security", "username", "from", "digest", "timezone", "ca_file", "proxy")
_LISTS = ("rules", "integrations")
_TICKS = ("digest_only", "allow_private_addresses", "allow_plain_http")
_BETWEEN = re.compile(r"[\s,;]+")


def written(asked: Asked) -> dict[str, Any]:
    """The settings that a form says, as the file of a channel has them; what is empty is left away."""
    said: dict[str, Any] = {key: text for key in _TEXTS if (text := asked.field(key).strip())}
    if said.get("port", "").isdecimal():
        said["port"] = int(said["port"])
    if addresses := list(filter(None, _BETWEEN.split(asked.field("to")))):
        said["to"] = addresses
    said |= {key: ticked for key in _LISTS if (ticked := asked.fields(key))}
    said |= {key: True for key in _TICKS if asked.field(key)}
    begins, ends = asked.field("quiet_from").strip(), asked.field("quiet_until").strip()
    if begins or ends:
        said["quiet"] = f"{begins}-{ends}"
    return said


def typed(asked: Asked, kind: str) -> dict[str, str]:
    """The secrets that were typed in; an empty field says nothing."""
    return {key: text for key in SECRETS[kind] if (text := asked.field(key).strip())}


def filled(channel: Channel) -> dict[str, Any]:
    """What stands in the form of a channel that is there; no secret does."""
    return {**channel.config, **channel.hearing}


def shown(said: dict[str, Any]) -> dict[str, Any]:
    """The same for every field of the form: what is not said is empty, and quiet hours are two fields."""
    begins, _, ends = str(said.get("quiet", "")).partition("-")
    empty = {**dict.fromkeys(_TEXTS, ""), **dict.fromkeys(_TICKS, False), **{key: [] for key in ("to", *_LISTS)}}
    return {**empty, "port": 587, "security": "starttls", **said, "quiet_from": begins, "quiet_until": ends}
