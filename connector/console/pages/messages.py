"""``/messages``: what systems sent to us, why some of it is read by nobody, and what is done about that."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from connector.console.serving.answers import Answer, Onward, Page, Said
from connector.domain.role import Role
from connector.operations.setup import connections
from connector.operations.work import event_details, messages
from connector.operations.work.messages import Filter

if TYPE_CHECKING:
    from connector.console.serving.desk import Asked, Desk

PLACE = "/messages"
_ONE = f"{PLACE}/{{number}}"
_SHOWN = 50
#: digits of a number that the ledger can have given
_DIGITS = 18


def add(desk: Desk) -> None:
    """Add these pages."""
    desk.page(PLACE)(_list)
    desk.page(_ONE)(_show)
    desk.page(f"{_ONE}/content", role=Role.OPERATOR)(_content)
    desk.change(f"{_ONE}/retry", role=Role.OPERATOR)(_retry)
    desk.change(f"{_ONE}/discard", role=Role.OPERATOR)(_discard)
    desk.change(f"{_ONE}/restore", role=Role.OPERATOR)(_restore)


def unread_place(connection: str = "") -> str:
    """The list of what nobody reads, of all connections or of one."""
    chosen = {"connection": connection, "which": "unread"}
    return f"{PLACE}?{urlencode({name: value for name, value in chosen.items() if value})}"


def _list(asked: Asked) -> Answer:
    connection, which, below = asked.query("connection"), asked.query("which"), asked.query("below")
    wanted = Filter(
        connection=connection or None,
        key=asked.query("key").strip() or None,
        quarantined=which == "unread",
        below=int(below) if below.isdecimal() and len(below) <= _DIGITS else None,
    )
    found = messages.list_(asked.operator, wanted, most=_SHOWN + 1)
    shown, words = found[:_SHOWN], {"connection": connection, "which": which, "key": wanted.key or ""}
    onward = shown[-1].number if len(found) > len(shown) else None
    kept = {name: value for name, value in words.items() if value}
    return Page(
        template="messages.html",
        title="Messages",
        shows={
            **words,
            "messages": shown,
            "connections": [one.name for one in connections.list_(asked.operator)],
            "chosen": bool(kept),
            "first": f"{PLACE}?{urlencode(kept)}" if wanted.below is not None else "",
            "next": f"{PLACE}?{urlencode({**kept, 'below': onward})}" if onward is not None else "",
        },
        live=wanted.below is None,
    )


def _number(asked: Asked) -> int:
    number = asked.path("number")
    if not number.isdecimal() or len(number) > _DIGITS:
        raise Said("There is no such message.", HTTPStatus.NOT_FOUND)
    return int(number)


def _page(asked: Asked, *, payload: bool) -> Answer:
    found = messages.get(asked.operator, _number(asked), payload=payload)
    message = found.message
    return Page(
        template="one_message.html",
        title=f"Message {message.number}",
        shows={
            "message": message,
            "events": [(one, event_details.told(one.name, one.detail)) for one in found.events],
            "body": found.body if found.body is not None else found.body_base64,
            "is_text": found.body is not None,
            "opened": payload,
        },
    )


def _show(asked: Asked) -> Answer:
    return _page(asked, payload=False)


def _content(asked: Asked) -> Answer:
    return _page(asked, payload=True)


def _retry(asked: Asked) -> Answer:
    found = messages.retry(asked.operator, _number(asked))
    failed = bool(found.problem)
    said = f"It was read once more, and is {found.status}." if failed else "It is read now, and counts."
    return Onward(place=f"{PLACE}/{found.number}", said=said, failed=failed)


def _discard(asked: Asked) -> Answer:
    found = messages.discard(asked.operator, _number(asked), asked.field("why"))
    return Onward(place=f"{PLACE}/{found.number}", said="Nobody reads it any more; Restore takes that back.")


def _restore(asked: Asked) -> Answer:
    found = messages.restore(asked.operator, _number(asked))
    return Onward(place=f"{PLACE}/{found.number}", said=f"It counts again: it is {found.status}.")
