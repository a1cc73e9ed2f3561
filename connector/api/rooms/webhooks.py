"""``/connections/{name}/webhooks``: events of a system that bring a poll forward."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from pydantic import Field

from connector.api.models.model import Asking, Model
from connector.api.models.setup import Removed
from connector.api.serving.asked import Asks
from connector.api.serving.paging import Page
from connector.domain.role import Role
from connector.operations.work import webhooks

if TYPE_CHECKING:
    from connector.api.serving.service import Service

_TAGS = ["webhooks"]
_OF = "/connections/{name}/webhooks"


class Webhook(Model):
    """A webhook of our application there."""

    name: str
    endpoint: str = Field(description="Where events go.")
    topic: str = Field(description="What they are about.")
    filter: str = Field(description="Which events, as a regular expression.")


class NewWebhook(Asking):
    """Where events are to go."""

    endpoint: str = Field(
        min_length=1,
        max_length=500,
        description="Where it reaches this product: https://host/webhooks/SYSTEM",
        examples=["https://connector.example.com/webhooks/SYSTEM"],
    )


class Subscribed(Model):
    """A webhook that stands."""

    subscribed: str = Field(description="Its name.")
    endpoint: str


class WebhookToRemove(Asking):
    """A webhook of which no more events are wanted."""

    webhook: str = Field(min_length=1, max_length=500, description="Its name, as the list has it.")


def add(service: Service) -> None:
    """Add these resources."""

    @service.reads(_OF, role=Role.OPERATOR, tags=_TAGS, responses={HTTPStatus.BAD_GATEWAY.value: {}})
    def list_webhooks(asks: Asks, name: str) -> Page[Webhook]:
        """Ask the system now for every webhook of our application."""
        return Page(items=[Webhook.told(one) for one in webhooks.list_(asks.operator, name)])

    @service.changes("POST", _OF, role=Role.ADMIN, tags=_TAGS)
    def subscribe(asks: Asks, name: str, asked: NewWebhook) -> Subscribed:
        """Ask the system to send events here; polling goes on as scheduled, events only bring it forward."""
        made = webhooks.subscribe(asks.operator, name, asked.endpoint)
        return Subscribed(subscribed=made, endpoint=asked.endpoint)

    @service.changes("POST", f"{_OF}/remove", role=Role.ADMIN, tags=_TAGS)
    def unsubscribe(asks: Asks, name: str, asked: WebhookToRemove) -> Removed:
        """Ask the system for no more events of a webhook."""
        webhooks.remove(asks.operator, name, asked.webhook)
        return Removed(removed=asked.webhook)
