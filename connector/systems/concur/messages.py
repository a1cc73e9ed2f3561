"""Somebody's words in the shape Concur shows them in: messages of at most 1300 characters (documented)."""

from __future__ import annotations

from typing import Any

LONGEST_MESSAGE = 1300
LONGEST_SHORT = 200
MOST_MESSAGES = 20
_ID = "ML-CONNECTOR"


def system_messages(words: str) -> list[dict[str, Any]]:
    """The words whole, cut between words into as many messages as they need; none for no words."""
    return [
        {
            "concurTransactionLineItemId": "",
            "messageId": _ID,
            "messageLanguage": "EN",
            "messageLongText": part,
            "messageShortText": shortened(part),
        }
        for part in parts(words)
    ]


def parts(words: str) -> list[str]:
    """Cut a long text into messages; what is beyond the last message is cut off."""
    left = "".join(sign if sign.isprintable() or sign == "\n" else " " for sign in words).strip()
    found: list[str] = []
    while left and len(found) < MOST_MESSAGES:
        if len(left) <= LONGEST_MESSAGE:
            return [*found, left]
        cut = max(left.rfind(gap, 1, LONGEST_MESSAGE) for gap in (" ", "\n"))
        cut = cut if cut > 0 else LONGEST_MESSAGE
        found.append(left[:cut].rstrip())
        left = left[cut:].lstrip()
    return found


def shortened(words: str) -> str:
    """The first line of a text, at most 200 characters."""
    first = words.splitlines()[0]
    return first if len(first) <= LONGEST_SHORT else f"{first[: LONGEST_SHORT - 3].rstrip()}..."
