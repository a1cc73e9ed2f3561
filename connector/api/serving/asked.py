"""What the functions of the API are given besides what was sent."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import Depends
from starlette.requests import Request

from connector.api.serving.callers import Caller


async def _caller(request: Request) -> Caller:
    return cast(Caller, request.state.caller)


#: who asks
Asks = Annotated[Caller, Depends(_caller)]
