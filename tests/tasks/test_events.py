"""Somebody who knows Redis' password publishes events, which Flower shows on pages."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from tasks import events
from tasks.messages import Forged

SCRIPT = "<img src=x onerror=alert(1)>"
GENUINE: dict[str, Any] = {
    "type": "task-failed",
    "uuid": "01900000-0000-7000-8000-00000000000a",
    "hostname": "map@host",
    "timestamp": 1.5,
    "utcoffset": 0,
    "pid": 7,
    "clock": 3,
    "exception": "Failed('refused')",
    "loadavg": [0.1, 2, 0.3],
}


def heard(told: object, **more: object) -> Any:
    """What becomes of a message with this body."""
    written = base64.b64encode(json.dumps(told).encode()).decode()
    raw = {"body": written, "content-type": "application/json", "headers": {}, "properties": {}, **more}
    return json.loads(base64.b64decode(events.anew(json.dumps(raw).encode())["body"]))


def test_what_celery_says_is_heard_alone_and_in_a_bundle() -> None:
    assert heard(GENUINE) == GENUINE
    assert heard([GENUINE, GENUINE]) == [GENUINE, GENUINE]


@pytest.mark.parametrize("name", sorted(GENUINE.keys() - {"type", "uuid", "hostname", "timestamp"}))
@pytest.mark.parametrize("value", [[SCRIPT], {"a": SCRIPT}, None, 10**400], ids=["list", "object", "null", "huge"])
def test_what_is_not_of_its_type_is_left_out_because_flower_escapes_texts_only(name: str, value: object) -> None:
    assert heard({**GENUINE, name: value, "invented": SCRIPT}) == {k: v for k, v in GENUINE.items() if k != name}


def test_a_text_reaches_nobody_who_obeys_it() -> None:
    assert heard({**GENUINE, "hostname": "\x1b[2J\u202ex"})["hostname"] == "\u241b[2J\ufffdx"


@pytest.mark.parametrize(
    "body",
    [
        *({**GENUINE, name: value} for name in ("type", "uuid", "hostname", "timestamp") for value in (None, [SCRIPT])),
        {**GENUINE, "timestamp": "nan"},
        {},
        [GENUINE, 5],
        "worker-online",
        5,
        None,
    ],
    ids=repr,
)
def test_what_is_no_event_is_refused(body: object) -> None:
    with pytest.raises(Forged):
        heard(body)


@pytest.mark.parametrize(
    "more", [{"properties": 5}, {"headers": []}, {"body": 5}, {"body": "!"}, {"content-type": "x"}]
)
def test_what_is_no_message_is_refused(more: dict[str, object]) -> None:
    with pytest.raises(Forged):
        heard(GENUINE, **more)
