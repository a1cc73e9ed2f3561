"""``/alert-channels``: where alerts are told."""

from __future__ import annotations

import datetime as dt
from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.responses import Response

from connector.api.models.alerts import AlertChannel, ChannelChange, ChannelChanged, NewChannel, Tried
from connector.api.models.setup import Removed
from connector.api.serving.asked import Asks
from connector.api.serving.paging import Page
from connector.domain.role import Role
from connector.operations.setup import alert_channels, given

if TYPE_CHECKING:
    from connector.api.serving.service import Service
    from connector.operations.setup.alert_channels import Channel

_TAGS = ["alerts"]
_ONE = "/alert-channels/{name}"


def add(service: Service, *, public_url: str) -> None:
    """Add these resources; messages lead to ``public_url``."""

    @service.reads("/alert-channels", tags=_TAGS)
    def list_channels(asks: Asks) -> Page[AlertChannel]:
        """List the channels, what each hears, and whether it gets through; without their secrets."""
        return Page(items=[_told(one) for one in alert_channels.list_(asks.operator)])

    @service.reads(_ONE, tags=_TAGS)
    def show_channel(asks: Asks, name: str) -> AlertChannel:
        """Show a channel, without its secrets."""
        return _told(alert_channels.get(asks.operator, name))

    @service.changes("POST", "/alert-channels", role=Role.ADMIN, tags=_TAGS, status_code=HTTPStatus.CREATED)
    def add_channel(asks: Asks, asked: NewChannel, response: Response) -> AlertChannel:
        """Add a channel; its secrets go into the vault, and are never told again."""
        added = alert_channels.add(asks.operator, asked.name, asked.kind, asked.config, resolve=given.in_clear)
        response.headers["Location"] = f"/api/v1/alert-channels/{added.name}"
        return _told(added)

    @service.changes("PUT", _ONE, role=Role.ADMIN, tags=_TAGS)
    def change_channel(asks: Asks, name: str, asked: ChannelChange) -> ChannelChanged:
        """Set a channel otherwise, as a whole; where a password would be shown to another server, send it again."""
        changed = alert_channels.change(asks.operator, name, asked.config, seen=asked.seen, resolve=given.in_clear)
        return ChannelChanged(changed=changed)

    @service.changes("POST", f"{_ONE}/test", role=Role.OPERATOR, tags=_TAGS)
    def try_channel(asks: Asks, name: str) -> Tried:
        """Send a test message to a channel now."""
        alert_channels.try_out(asks.operator, name, console=public_url)
        return Tried(sent=name, at=dt.datetime.now(dt.UTC))

    @service.changes("DELETE", _ONE, role=Role.ADMIN, tags=_TAGS)
    def remove_channel(asks: Asks, name: str) -> Removed:
        """Remove a channel; what it was still to be told is told to nobody."""
        alert_channels.remove(asks.operator, name)
        return Removed(removed=name)


def _told(channel: Channel) -> AlertChannel:
    return AlertChannel.model_validate({**vars(channel), "seen": alert_channels.version(channel)})
