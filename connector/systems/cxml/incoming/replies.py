"""What senders are answered: a Response with a Status. HTTP says only whether the message arrived."""

from __future__ import annotations

import datetime as dt
import hashlib
from enum import IntEnum
from http import HTTPStatus

from connector.ports import Reply
from connector.xml.writing import document, element

_TYPE = "text/xml; charset=UTF-8"


class Code(IntEnum):
    """Those of cXML that we use."""

    OK = 200
    #: taken, and not looked at yet: a StatusUpdateRequest follows
    ACCEPTED = 201
    BAD_REQUEST = 400
    UNAUTHORIZED = 401
    NOT_ACCEPTABLE = 406
    CONFLICT = 409
    NOT_IMPLEMENTED = 450
    SERVER_ERROR = 500


_TEXTS = {
    Code.OK: "OK",
    Code.ACCEPTED: "Accepted",
    Code.BAD_REQUEST: "Bad Request",
    Code.UNAUTHORIZED: "Unauthorized",
    Code.NOT_ACCEPTABLE: "Not Acceptable",
    Code.CONFLICT: "Conflict",
    Code.NOT_IMPLEMENTED: "Not Implemented",
    Code.SERVER_ERROR: "Internal Server Error",
}


def reply(code: Code, words: str, *, to: str = "", http: int = HTTPStatus.OK) -> Reply:
    """Answer the message ``to``; the same message gets the same payloadID in its answer."""
    made = hashlib.sha256(f"{to}|{int(code)}".encode()).hexdigest()[:32]
    status = element("Status", words, code=str(int(code)), text=_TEXTS[code], **{"xml:lang": "en"})
    now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    root = element("cXML", element("Response", status), payloadID=f"{made}@ml-connector", timestamp=now)
    return Reply(status=http, body=document(root), content_type=_TYPE)
