"""``/events/v4/subscriptions``: who wants to be told what, and where."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from sandbox.concur.wire import answer, read_object, refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from sandbox.concur.options import Options

TOPIC: Final = "public.concur.financialintegration"
MOST: Final = 5
_LONGEST_FILTER: Final = 500


@dataclass(frozen=True, kw_only=True)
class Subscription:
    """One webhook. ``pattern`` must match the whole event type."""

    name: str
    endpoint: str
    pattern: str

    def wants(self, event_type: str) -> bool:
        """Whether events of this type go there."""
        return re.fullmatch(self.pattern, event_type) is not None


@dataclass(frozen=True, kw_only=True)
class Subscriptions:
    """At most five webhooks of one application."""

    options: Callable[[], Options]
    held: dict[str, Subscription] = field(default_factory=dict)

    async def save(self, request: Request) -> Response:
        """Create a subscription, or change the one with this id."""
        sent = await read_object(request)
        name, topic, pattern = sent.get("id"), sent.get("topic"), sent.get("filter") or ".*"
        config = sent.get("webHookConfig")
        endpoint = config.get("endpoint") if isinstance(config, Mapping) else None
        if not isinstance(name, str) or not name or not _is_url(endpoint):
            raise refused(400, "id and webHookConfig.endpoint (an http or https URL) are required.")
        if topic != TOPIC:
            raise refused(403, f"The topic {topic} is not allowed; {TOPIC} is.")
        if not _is_pattern(pattern):
            raise refused(400, f"filter is not a regular expression: {pattern!r}.")
        if name not in self.held and len(self.held) >= MOST:
            raise refused(400, f"An application has at most {MOST} subscriptions.")
        self.held[name] = Subscription(name=name, endpoint=str(endpoint), pattern=pattern)
        return answer({"message": f"Subscription {name} saved."})

    async def list(self, _: Request) -> Response:
        """Return all subscriptions."""
        return answer([self._shown(one) for one in self.held.values()])

    async def single(self, request: Request) -> Response:
        """Return one subscription."""
        return answer(self._shown(self._found(request)))

    async def delete(self, request: Request) -> Response:
        """Forget one subscription."""
        name = self._found(request).name
        del self.held[name]
        return answer({"message": f"Subscription {name} deleted."})

    async def topics(self, _: Request) -> Response:
        """Return the topics the application may subscribe to."""
        return answer([TOPIC])

    def _found(self, request: Request) -> Subscription:
        wanted = str(request.path_params["name"])
        if wanted not in self.held:
            raise refused(404, f"There is no subscription {wanted}.")
        return self.held[wanted]

    def _shown(self, one: Subscription) -> dict[str, Any]:
        return {
            "applicationId": self.options().client_id,
            "companyIds": [".*"],
            "filter": one.pattern,
            "groups": [],
            "id": one.name,
            "scope": f"{TOPIC}.read",
            "topic": TOPIC,
            "webHookConfig": {"endpoint": one.endpoint},
        }


def _is_url(value: object) -> bool:
    if not isinstance(value, str):
        return False
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def _is_pattern(value: object) -> bool:
    if not isinstance(value, str) or len(value) > _LONGEST_FILTER:
        return False
    try:
        re.compile(value)
    except re.error:
        return False
    return True
