"""A company that logs in, and what it is answered."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from connector.domain.token import Token
from connector.systems.concur.auth import CompanyLogin, Keys
from connector.systems.concur.config import read
from tests.systems.concur.conftest import (
    COMPANY,
    TOKEN_PATH,
)

if TYPE_CHECKING:
    from tests.http.misbehaving import Server

SECRET = "s3cret-canary"
REQUEST_TOKEN = "request-canary"
NOW = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)


def company(server: Server, *, request_token: str = REQUEST_TOKEN) -> CompanyLogin:
    config = read({"base_url": server.url, "client_id": "concur-client", "company_uuid": COMPANY})
    return CompanyLogin(
        http=server.http(reach=config.reach),
        config=config,
        keys=Keys(client_secret=SECRET, request_token=request_token),
        path=TOKEN_PATH.lstrip("/"),
        now=lambda: NOW,
    )


def granted(server: Server, **body: Any) -> dict[str, Any]:
    return {
        "access_token": "a2",
        "refresh_token": "r2",
        "expires_in": "3600",
        "token_type": "Bearer",
        "scope": "FISVC",
        "geolocation": server.url,
        **body,
    }


def stored(server: Server, *, connected: dt.datetime = NOW - dt.timedelta(days=90)) -> Token:
    return Token(
        access="a1",
        refresh="r1",
        extra={
            "geolocation": server.url,
            "refreshed_at": "2026-11-01T00:00:00+00:00",
            "connected_at": connected.isoformat(),
        },
    )
