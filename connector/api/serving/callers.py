"""Who asks: a program that shows the token of an operator, and nothing else; cookies are not looked at."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from http import HTTPStatus
from threading import Lock
from typing import TYPE_CHECKING

from connector.api.serving.problems import Problem
from connector.operations.accounts import tokens

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from starlette.requests import Request

    from connector.domain.role import Role
    from connector.operations.accounts.tokens import Bearer
    from connector.operations.operator import Operator

_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="ml-connector"'}
_MOST_REMEMBERED = 10_000


@dataclass(frozen=True, kw_only=True)
class Caller:
    """A program at work, in the name of its operator."""

    operator: Operator
    bearer: Bearer


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How many requests of an operator's programs are answered: so many at once, then so many a second."""

    burst: int = 200
    a_second: float = 20.0


class Callers:
    """Tells who asks, keeps out who may not, and slows down who asks too often."""

    def __init__(
        self, operator: Operator, pace: Pace | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._operator, self._pace, self._clock = operator, pace or Pace(), clock
        self._left: dict[UUID, tuple[float, float]] = {}
        self._lock = Lock()

    def admit(self, request: Request, least: Role) -> Caller:
        """The caller, if they may; raises Problem."""
        kind, _, shown = request.headers.get("authorization", "").partition(" ")
        if not shown or kind.lower() != "bearer":
            raise Problem(
                HTTPStatus.UNAUTHORIZED,
                "Show a token in the header Authorization: Bearer; `ml-connector operator token add` makes one.",
                headers=_CHALLENGE,
            )
        bearer = tokens.bearer(self._operator, shown.strip())
        if bearer is None:
            self._strange(request)
            raise Problem(
                HTTPStatus.UNAUTHORIZED,
                "This token is none of ours, has ended or was revoked.",
                headers={"WWW-Authenticate": f'{_CHALLENGE["WWW-Authenticate"]}, error="invalid_token"'},
            )
        self._slow_down(bearer.operator_id)
        if not bearer.role.may(least):
            raise Problem(
                HTTPStatus.FORBIDDEN,
                f"That takes the role {least}, and the token {bearer.token} has {bearer.role}.",
            )
        return Caller(operator=replace(self._operator, actor=tokens.actor(bearer)), bearer=bearer)

    def _strange(self, request: Request) -> None:
        seconds = tokens.failed(self._operator, request.client.host if request.client else "")
        if seconds:
            raise Problem(
                HTTPStatus.TOO_MANY_REQUESTS,
                f"Too many tokens were wrong. Try again in {seconds} seconds.",
                headers={"Retry-After": str(seconds)},
            )

    def _slow_down(self, who: UUID) -> None:
        with self._lock:
            now = self._clock()
            left, at = self._left.get(who, (float(self._pace.burst), now))
            left = min(float(self._pace.burst), left + (now - at) * self._pace.a_second)
            if len(self._left) > _MOST_REMEMBERED:
                self._left.clear()
            self._left[who] = (max(left - 1, 0.0), now)
        if left < 1:
            raise Problem(
                HTTPStatus.TOO_MANY_REQUESTS,
                f"That is more than {self._pace.a_second:g} requests a second; slow down.",
                headers={"Retry-After": "1"},
            )
