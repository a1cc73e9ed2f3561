"""Answers as JAGGAER Indirect gives them: HTTP 200, whatever became of the message."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape
from typing import TYPE_CHECKING

from starlette.responses import Response

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sandbox.jaggaer_xml.options import Options

_HTML = "<html><head><title>Service</title></head><body><p>We are sorry.</p></body></html>"


def errors(messages: Iterable[str], *, options: Options, kind: str = "Error") -> str:
    """The complaints as elements."""
    return "".join(f'<ErrorMessage type="{kind}">{_text(message, options)}</ErrorMessage>' for message in messages)


def status(code: int, said: str, *, options: Options, complaints: Iterable[str] = (), kind: str = "Error") -> str:
    """A status with its complaints, which stand inside of it."""
    listed = errors(complaints, options=options, kind=kind)
    inside = f"<Errors>{listed}</Errors>" if listed else ""
    number = _text(str(code), options)
    return f"<Status><StatusCode>{number}</StatusCode><StatusText>{_text(said, options)}</StatusText>{inside}</Status>"


def answer(message: str, response: str, content: str, *, version: str, options: Options) -> Response:
    """The whole answer; what was done before stays done, whatever it looks like."""
    if options.after_effect == "html":
        return Response(_HTML, media_type="text/html")
    if options.after_effect == "http_500":
        return Response(_HTML, status_code=500, media_type="text/html")
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    header = f"<Header><MessageId>answer-{now}</MessageId><Timestamp>{now}</Timestamp></Header>"
    body = f'<{message} version="{version}">{header}<{response}>{content}</{response}></{message}>'
    return Response(f'<?xml version="1.0" encoding="UTF-8"?>\n{body}', media_type="text/xml")


def _text(said: str, options: Options) -> str:
    written = said if options.unescaped_ampersands and "<" not in said else escape(said, quote=False)
    return f"\n      {written}\n    " if options.padded else written
