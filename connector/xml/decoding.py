"""Which characters the bytes of a message are: its mark, what its sender said, what it says itself."""

from __future__ import annotations

import codecs
import re
from typing import Final

from connector.xml.words import NotReadable

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, ""),
    (codecs.BOM_UTF32_BE, ""),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
#: how a document begins that has no mark: a "<" and what can follow it
_SHAPES: Final = (
    (re.compile(rb"<\x00[^\x00]\x00"), "utf-16-le"),
    (re.compile(rb"\x00<\x00[^\x00]"), "utf-16-be"),
    (re.compile(rb"<\x00\x00\x00|\x00\x00\x00<"), ""),
)
_DECLARED: Final = re.compile(r"""<\?xml\s[^<>]*?\sencoding\s*=\s*["']([^"'<>]{0,40})["']""")
_LONGEST_DECLARATION: Final = 300
_LONGEST_NAME: Final = 40
#: others (UTF-7, for one) hide signs from whoever looks for them
_READ: Final = re.compile(
    "(us-)?ascii|utf-?8|utf-?16(-?(le|be))?|iso[-_]?8859-[0-9]{1,2}|latin-?[0-9]{1,2}|(windows-|cp)125[0-8]|koi8-[ru]"
    "|gb2312|gbk|gb18030|big5|euc-(jp|kr)|shift[-_]jis"
)


def decoded(body: bytes, charset: str) -> str:
    """Return the text of a message; raises NotReadable for bytes that are not what they are said to be.

    Its mark decides, then ``charset`` (its sender's word), then its own declaration, then UTF-8. Where another one of
    them would make another text of it, nobody knows what was meant.
    """
    marked, start = _marked(body)
    body = body[start:]
    seen = marked or _shape(body)
    first = seen or _codec(charset) or _declared(body[:_LONGEST_DECLARATION].decode("latin-1")) or "utf-8"
    if first.startswith("utf-16") and not seen:
        raise NotReadable("is said to be in UTF-16, and is not")
    text = _text(body, first)
    for other in (_codec(charset), _declared(text)):
        if other and not _agree(body, text, first, other):
            raise NotReadable(f"is said to be in {first} and in {other}, which do not read it alike")
    if "\0" in text:
        raise NotReadable("has null characters in it")
    return text


def _marked(body: bytes) -> tuple[str, int]:
    for mark, name in _MARKS:
        if body.startswith(mark):
            if not name:
                raise NotReadable("is in UTF-32, which is not read")
            return name, len(mark)
    return "", 0


def _shape(body: bytes) -> str:
    for shape, name in _SHAPES:
        if shape.match(body):
            if not name:
                raise NotReadable("is in UTF-32, which is not read")
            return name
    return ""


def _declared(text: str) -> str:
    found = _DECLARED.match(text[:_LONGEST_DECLARATION])
    return _codec(found[1]) if found else ""


def _codec(name: str) -> str:
    name = name.strip(" \"'").lower()
    if not name:
        return ""
    try:
        return codecs.lookup(name if _READ.fullmatch(name) else "").name
    except LookupError:
        shown = name[:_LONGEST_NAME] if name.isascii() and name.isprintable() else "one without a name"
        raise NotReadable(f"is in an encoding that is not read: {shown}") from None


def _text(body: bytes, codec: str) -> str:
    try:
        return body.decode(codec)
    except UnicodeDecodeError as error:
        raise NotReadable(f"is not in {codec}, as it should be: the byte at {error.start} is none of it") from None


def _agree(body: bytes, text: str, first: str, other: str) -> bool:
    if other == first or (first.startswith("utf-16") and other == "utf-16"):
        return True
    try:
        return body.decode(other) == text
    except UnicodeDecodeError:
        return False
