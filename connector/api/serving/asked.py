"""What the functions of the API are given besides what was sent."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, cast

from fastapi import Depends, Query
from pydantic import AwareDatetime, Field
from starlette.requests import Request

from connector.api.serving.callers import Caller

_FIRST, _LAST = dt.datetime(1970, 1, 1, tzinfo=dt.UTC), dt.datetime(2200, 1, 1, tzinfo=dt.UTC)

#: a moment with its offset
Moment = Annotated[AwareDatetime, Field(ge=_FIRST, le=_LAST, examples=["2026-11-01T00:00:00Z"])]


async def _caller(request: Request) -> Caller:
    return cast(Caller, request.state.caller)


#: who asks
Asks = Annotated[Caller, Depends(_caller)]
__all__ = ("Asks", "Moment", "Query")
