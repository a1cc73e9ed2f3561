"""A read and a write without anything special."""

from __future__ import annotations

from connector.http.request import Request

GET = Request(method="GET", url="/things")
POST = Request(method="POST", url="/things", json={"a": 1}, writes=True)
