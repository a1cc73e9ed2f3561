"""The service's own codes, which ride inside HTTP 200; and codes a test wants to see, whatever the truth is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

OK: Final = 0
OTHER_SYSTEM: Final = 99

ACK_REPEATED: Final = 101
ACK_RECALLED: Final = 102
ACK_NOT_READY: Final = 103
ACK_NOT_FOUND: Final = 104
ACK_WRONG_TYPE: Final = 105

POST_NOT_ACKNOWLEDGED: Final = 111
POST_RECALLED: Final = 112
POST_REPEATED: Final = 113
POST_UNKNOWN_STATE: Final = 114
POST_WRONG_TYPE: Final = 115
POST_NOT_FOUND: Final = 116
POST_NEVER: Final = 198
POST_LATER: Final = 199

PAY_NOT_POSTED: Final = 211  # assumed: only the word NOT_POSTING_CONFIRMED is published
PAY_REPEATED: Final = 213
PAY_NOT_FOUND: Final = 216  # assumed likewise, after the others' pattern
PAY_NEVER: Final = 298
PAY_LATER: Final = 299  # assumed likewise

WORDS: Final = {
    OK: "",
    OTHER_SYSTEM: "The document belongs to another ERP system.",
    ACK_REPEATED: "The document was already acknowledged.",
    ACK_RECALLED: "The document was recalled.",
    ACK_NOT_READY: "The document is not ready.",
    ACK_NOT_FOUND: "The document was not found.",
    ACK_WRONG_TYPE: "The document is of another type.",
    POST_NOT_ACKNOWLEDGED: "The document was not yet acknowledged.",
    POST_RECALLED: "The document was recalled.",
    POST_REPEATED: "The posting of the document was already confirmed.",
    POST_UNKNOWN_STATE: "The document is in an unknown state.",
    POST_WRONG_TYPE: "The document is of another type.",
    POST_NOT_FOUND: "The document was not found.",
    POST_NEVER: "The confirmation cannot be processed; do not send it again.",
    POST_LATER: "The confirmation could not be processed; send it again later.",
    PAY_NOT_POSTED: "The posting of the document was not confirmed.",
    PAY_REPEATED: "The payment of the document was already confirmed.",
    PAY_NOT_FOUND: "The document was not found.",
    PAY_NEVER: "The confirmation cannot be processed; do not send it again.",
    PAY_LATER: "The confirmation could not be processed; send it again later.",
}

SERVICES: Final = {
    "acknowledgements": (
        OTHER_SYSTEM,
        ACK_REPEATED,
        ACK_RECALLED,
        ACK_NOT_READY,
        ACK_NOT_FOUND,
        ACK_WRONG_TYPE,
    ),
    "postingconfirmations": (
        OTHER_SYSTEM,
        POST_NOT_ACKNOWLEDGED,
        POST_RECALLED,
        POST_REPEATED,
        POST_UNKNOWN_STATE,
        POST_WRONG_TYPE,
        POST_NOT_FOUND,
        POST_NEVER,
        POST_LATER,
    ),
    "paymentconfirmations": (
        OTHER_SYSTEM,
        PAY_NOT_POSTED,
        PAY_REPEATED,
        PAY_NOT_FOUND,
        PAY_NEVER,
        PAY_LATER,
    ),
}


@dataclass(kw_only=True)
class Wanted:
    """One code that is to be answered: for one document or (blank) any, ``left`` times or (None) always."""

    service: str
    code: int
    doc_id: str = ""
    left: int | None = None


@dataclass(kw_only=True)
class Forced:
    """Codes to answer instead of the truth. A forced answer changes nothing about the document."""

    wanted: list[Wanted] = field(default_factory=list)

    def take(self, service: str, doc_id: str) -> int | None:
        """Return the code to give now, or None when the truth is to be told."""
        for one in self.wanted:
            if one.service == service and one.doc_id in {"", doc_id} and one.left != 0:
                if one.left is not None:
                    one.left -= 1
                return one.code
        return None
