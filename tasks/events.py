"""What Flower hears of workers and tasks: texts and numbers under the names that Celery gives them, nothing else.

Whoever can write to the broker can publish events. Flower shows what it hears on pages, and escapes texts only: a list
in the place of a text would be HTML there, and a text in the place of a number takes the page away. So each event is
written anew of what has its type.
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any
from uuid import uuid4

from connector.domain.harmless import harmless
from tasks.messages import Forged, read

#: a bundle of events; after Redis was away it is larger than usual
LONGEST = 256 * 1024
# fmt: off
_TEXTS = frozenset({
    "type", "hostname", "uuid", "name", "args", "kwargs", "root_id", "parent_id", "queue", "exchange", "routing_key",
    "eta", "expires", "state", "result", "exception", "traceback", "sw_ident", "sw_ver", "sw_sys",
})
_NUMBERS = frozenset({
    "timestamp", "local_received", "utcoffset", "pid", "clock", "freq", "active", "processed", "retries", "runtime",
    "signum", "terminated", "expired", "received",
})
# fmt: on
_LOAD = "loadavg"
_LARGEST = 1e15
_NEEDED = {"type", "hostname", "timestamp"}


def anew(raw: bytes) -> dict[str, Any]:
    """Read a message with events, not unpacked and no longer than it may be, and write it again; raises Forged."""
    message = read(raw, LONGEST)
    headers = message.get("headers")
    if not isinstance(headers, dict) or not isinstance(message.get("properties"), dict):
        raise Forged("it is no message")
    if headers.get("compression") or message.get("content-type") != "application/json":
        raise Forged("it is compressed, or not JSON")
    try:
        told = json.loads(base64.b64decode(str(message.get("body")), validate=True))
    except (ValueError, RecursionError, binascii.Error):
        raise Forged("its body cannot be read") from None
    body = [_event(one) for one in told] if isinstance(told, list) else _event(told)
    return {
        "body": base64.b64encode(json.dumps(body).encode()).decode(),
        "content-encoding": "utf-8",
        "content-type": "application/json",
        "headers": {},
        "properties": {
            "delivery_mode": 1,
            "delivery_info": {"exchange": "celeryev", "routing_key": ""},
            "priority": 0,
            "body_encoding": "base64",
            "delivery_tag": str(uuid4()),
        },
    }


def _event(told: object) -> dict[str, Any]:
    if not isinstance(told, dict):
        raise Forged("it is no event")
    found: dict[str, Any] = {name: harmless(told[name]) for name in _TEXTS & told.keys() if isinstance(told[name], str)}
    found |= {name: told[name] for name in _NUMBERS & told.keys() if _is_number(told[name])}
    load = told.get(_LOAD)
    if isinstance(load, list) and all(map(_is_number, load)):
        found[_LOAD] = load
    kind = found.get("type", "")
    if not found.keys() >= _NEEDED | ({"uuid"} if kind.startswith("task-") else set()):
        raise Forged("it is no event")
    return found


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and abs(value) < _LARGEST
