"""What messages are called where they are stored."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from connector.store.postgres.text import storable

if TYPE_CHECKING:
    from connector.ports import Message

_LONGEST_NAME: Final = 500


def columns_of(message: Message, key: str, problem: str) -> dict[str, str]:
    """Return what a message turned out to be, as its row says it."""
    return {
        "entity": message.entity,
        "message": name_of(message.id),
        "key": name_of(key),
        "refers_to": name_of(message.refers_to),
        "problem": storable(problem),
    }


def name_of(text: str) -> str:
    """An id or key of the sender, as it is stored: of one that no index would take, its beginning and its digest."""
    clean = storable(text)
    if clean == text and len(text.encode()) <= _LONGEST_NAME:
        return text
    return f"{clean[:100]}…{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()}"


def subject(number: int) -> str:
    """What the audit trail calls a message."""
    return f"message:{number}"
