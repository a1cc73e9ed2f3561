"""A message with attachments: MIME parts in one body, of which the first, or the one named ``start``, is the document.

Everything stays in the inbox as it came. Transfer encodings of the document are undone; attachments are not opened.
"""

from __future__ import annotations

import email.policy
from email.message import EmailMessage
from email.parser import BytesParser
from typing import TYPE_CHECKING

from connector.xml.reading import NotReadable

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST_PARTS = 1_000


def document_in(body: bytes, content_type: str) -> tuple[bytes, str, int]:
    """The document, its charset, and how many parts there are beside it; raises NotReadable."""
    if not content_type.strip().lower().startswith("multipart/"):
        return body, charset_of(content_type), 0
    if "\n" in content_type or "\r" in content_type:
        raise NotReadable("has a Content-Type in several lines")
    try:
        return _parted(body, content_type)
    except NotReadable:
        raise
    except Exception:  # noqa: BLE001 - whatever stumbles over its headers, they are no headers that anybody can read
        raise NotReadable("is said to be multipart, and has headers that cannot be read") from None


def _parted(body: bytes, content_type: str) -> tuple[bytes, str, int]:
    head = b"Content-Type: " + content_type.encode("latin-1", "replace") + b"\r\n\r\n"
    whole = BytesParser(policy=email.policy.HTTP).parsebytes(head + body)
    parts = [part for part in whole.iter_parts() if isinstance(part, EmailMessage)] if whole.is_multipart() else []
    if not parts or len(parts) > _MOST_PARTS:
        raise NotReadable("is said to be multipart, and its parts cannot be told apart")
    start = whole["Content-Type"].params.get("start", "")
    first = _started(parts, start) if start else parts[0]
    payload = first.get_payload(decode=True)
    if not isinstance(payload, bytes):
        raise NotReadable("has a first part that is no document")
    return payload, charset_of(str(first.get("Content-Type", ""))), len(parts) - 1


def charset_of(content_type: str) -> str:
    """The charset that a Content-Type names; empty where it names none."""
    for parameter in content_type.split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip("\"'")
    return ""


def _started(parts: Sequence[EmailMessage], start: str) -> EmailMessage:
    named = [part for part in parts if str(part.get("Content-ID", "")).strip() == start.strip()]
    if len(named) != 1:
        raise NotReadable("names a first part that is not there")
    return named[0]
