"""What a message on a queue may be: one of our tasks and the id it works on, nothing else.

Whoever can write to the broker can write messages. So nothing of a message is used but the name of its task, its id
and its argument; the rest is written anew: no compression, no delay, no limits of its own, no task that it would start
behind.
"""

from __future__ import annotations

import base64
import binascii
import json
from contextlib import suppress
from typing import Any
from uuid import UUID, uuid4

from tasks.names import CANARY, KEEP, MOST_RECORDS, QUEUE_OF, TASK_OF_STEP, TELL

#: ours have less than seven thousand bytes
LONGEST = 16 * 1024
_NAMES = frozenset(QUEUE_OF) | {CANARY}
#: how many ids each of our tasks takes, where it is not one
_EXPECTED = {KEEP: range(1), TELL: range(1)} | dict.fromkeys(TASK_OF_STEP.values(), range(1, MOST_RECORDS + 1))
#: how often Celery sends a message again whose process was killed
_MOST_RETRIES = 3
_EMBEDDED = {"callbacks": None, "errbacks": None, "chain": None, "chord": None}


class Forged(ValueError):
    """No message of ours; the words say why, and quote nothing of it."""


def anew(raw: bytes, queue: str) -> dict[str, Any]:
    """Read a message from this queue (empty: not known) and write it again in our own words; raises Forged."""
    message = read(raw, LONGEST)
    headers = message.get("headers")
    name = headers.get("task") if isinstance(headers, dict) else None
    if not isinstance(headers, dict) or not isinstance(name, str) or name not in _NAMES:
        raise Forged("it names no task of ours")
    if queue and QUEUE_OF.get(name, queue) != queue:
        raise Forged("its task has another queue")
    if headers.get("compression"):
        raise Forged("it is compressed")
    arguments = _arguments(message.get("body"), expected=_EXPECTED.get(name, range(1, 2)))
    return _message(queue, _identifier(headers.get("id")), name, arguments, _retries(headers.get("retries")))


def _message(queue: str, task: str, name: str, arguments: list[str], retries: int) -> dict[str, Any]:
    """As Celery's protocol 2 and kombu write it. Its tag is new: two with the same would get in each other's way."""
    body = json.dumps([arguments, {}, _EMBEDDED]).encode()
    return {
        "body": base64.b64encode(body).decode(),
        "content-encoding": "utf-8",
        "content-type": "application/json",
        "headers": {
            "lang": "py",
            "task": name,
            "id": task,
            "root_id": task,
            "parent_id": None,
            "group": None,
            "shadow": None,
            "eta": None,
            "expires": None,
            "retries": retries,
            "timelimit": [None, None],
            "argsrepr": repr(tuple(arguments)),
            "kwargsrepr": "{}",
            "ignore_result": True,
            "stamped_headers": None,
            "stamps": {},
        },
        "properties": {
            "correlation_id": task,
            "delivery_mode": 2,
            "delivery_info": {"exchange": queue, "routing_key": queue},
            "priority": 0,
            "body_encoding": "base64",
            "delivery_tag": str(uuid4()),
        },
    }


def read(raw: bytes, longest: int) -> dict[str, Any]:
    """Read an object of JSON that is no longer than this; raises Forged."""
    if len(raw) > longest:
        raise Forged(f"it is longer than {longest} bytes")
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        raise Forged("it is not JSON") from None
    if not isinstance(found, dict):
        raise Forged("it is no message")
    return found


def _identifier(text: object) -> str:
    if isinstance(text, str):
        with suppress(ValueError):
            return str(UUID(text))
    raise Forged("what it works on is no id")


def _arguments(body: object, *, expected: range) -> list[str]:
    try:
        arguments, keywords = json.loads(base64.b64decode(str(body), validate=True))[:2]
    except (ValueError, TypeError, KeyError, RecursionError, binascii.Error):
        raise Forged("its body cannot be read") from None
    if keywords != {} or not isinstance(arguments, list) or len(arguments) not in expected:
        raise Forged("its arguments are not those of its task")
    return [_identifier(argument) for argument in arguments]


def _retries(given: object) -> int:
    return min(max(given, 0), _MOST_RETRIES) if isinstance(given, int) else 0
