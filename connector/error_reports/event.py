"""What is told of an error. Each part is chosen; nothing that a message, an exception or a variable says is among it.

A text from elsewhere may quote a document or a person, and its shape tells nobody. So what is told are names of this
program: of an event, a logger, kinds of exceptions, functions; and ids and names of the set-up.
"""

from __future__ import annotations

import re
import traceback
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

import structlog

from connector.redaction import HIDDEN, cut

if TYPE_CHECKING:
    import logging

_OURS: Final = ("connector", "tasks", "workers")
#: an event of ours is a constant of such a shape; what is not is a sentence, with who knows what in it
_EVENT: Final = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)+")
_NAME: Final = re.compile(r"[A-Za-z0-9_.<>-]{1,200}")
_SET_UP: Final = re.compile(r"[A-Za-z0-9_./-]{1,200}")
_IDS, _NAMES = ("run", "record"), ("flow", "connection")
_MOST_CAUSES, _MOST_FRAMES = 5, 50


def told(record: logging.LogRecord, release: str) -> dict[str, Any]:
    """Return the event that a line of the log becomes."""
    logger = _name(record.name)
    exceptions = _exceptions(record.exc_info[1] if record.exc_info else None)
    event = {
        "event_id": uuid4().hex,
        "timestamp": record.created,
        "platform": "python",
        "level": "fatal" if record.levelname == "CRITICAL" else record.levelname.lower(),
        "logger": logger,
        "release": f"ml-connector@{release}",
        "message": {"formatted": _message(record)},
        "tags": _tags(record),
    }
    return event | ({"exception": {"values": exceptions}} if exceptions else {})


def alike(event: dict[str, Any]) -> str:
    """What events of one fault have in common."""
    values = event.get("exception", {}).get("values", [])
    last = values[-1] if values else {}
    frames = last.get("stacktrace", {}).get("frames", [])
    place = f"{frames[-1]['module']}:{frames[-1]['lineno']}" if frames else ""
    return f"{event['logger']} {event['message']['formatted']} {last.get('type', '')} {place}"


def _message(record: logging.LogRecord) -> str:
    said = record.msg.get("event") if isinstance(record.msg, dict) else record.msg
    ours = record.name.split(".")[0] in _OURS
    return said if ours and isinstance(said, str) and _EVENT.fullmatch(said) else HIDDEN


def _tags(record: logging.LogRecord) -> dict[str, str]:
    of_line = record.msg if isinstance(record.msg, dict) else vars(record)
    facts = {**structlog.contextvars.get_contextvars(), **of_line}
    ids = {name: str(facts[name]) for name in _IDS if _is_id(facts.get(name))}
    names = {name: cut(str(facts[name])) for name in _NAMES if _SET_UP.fullmatch(str(facts.get(name) or ""))}
    return {**ids, **names}


def _is_id(value: object) -> bool:
    try:
        UUID(str(value))
    except ValueError:
        return False
    return True


def _exceptions(error: BaseException | None) -> list[dict[str, Any]]:
    """Kinds and places, the cause first, as the protocol has it."""
    found: list[dict[str, Any]] = []
    while error is not None and len(found) < _MOST_CAUSES:
        found.append(
            {"type": _name(type(error).__qualname__), "module": _name(type(error).__module__)} | _places(error)
        )
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return found[::-1]


def _places(error: BaseException) -> dict[str, Any]:
    frames = [
        {
            "module": (module := _name(frame.f_globals.get("__name__", ""))),
            "function": _name(frame.f_code.co_name),
            "lineno": line,
            "in_app": module.split(".")[0] in _OURS,
        }
        for frame, line in traceback.walk_tb(error.__traceback__)
    ]
    return {"stacktrace": {"frames": frames[-_MOST_FRAMES:]}} if frames else {}


def _name(text: object) -> str:
    return text if isinstance(text, str) and _NAME.fullmatch(text) else HIDDEN
