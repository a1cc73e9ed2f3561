"""Documents that want more than to be read, each with a word of why it is refused; no parser of ours wrote them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

#: a port on which nobody may knock takes the place of {port}
HOSTILE: Final[dict[str, tuple[bytes, str]]] = {
    "entities that multiply": (
        b'<!DOCTYPE a [<!ENTITY x "ha">'
        + b"".join(b'<!ENTITY x%d "&x;&x;">' % n for n in range(40))
        + b"]><a>&x39;</a>",
        "declares",
    ),
    "one long entity, often": (
        b'<!DOCTYPE a [<!ENTITY x "' + b"y" * 100_000 + b'">]><a>' + b"&x;" * 1000 + b"</a>",
        "declares",
    ),
    "a file of ours": (b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "declares"),
    "an address of ours": (b'<!DOCTYPE a [<!ENTITY x SYSTEM "http://127.0.0.1:{port}/">]><a>&x;</a>', "declares"),
    "a parameter entity": (b'<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1:{port}/">%x;]><a/>', "declares"),
    "an entity in an attribute": (b'<!DOCTYPE a [<!ENTITY x "y">]><a b="&x;"/>', "declares"),
    "an attribute by default": (b'<!DOCTYPE a [<!ATTLIST a b CDATA "c">]><a/>', "declares"),
    "an element declared": (b"<!DOCTYPE a [<!ELEMENT a EMPTY>]><a/>", "declares"),
    "declared behind a comment": (
        b'<!-- > --><!DOCTYPE a SYSTEM "x" [<!-- ]> --><!ENTITY x "y">]><a>&x;</a>',
        "declares",
    ),
    "two document types": (b'<!DOCTYPE a><!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', "two DOCTYPEs"),
    "a document type within": (b'<a><!DOCTYPE a [<!ENTITY x "y">]>&x;</a>', "not well-formed"),
    "a document type without end": (b'<!DOCTYPE a SYSTEM "x', "DOCTYPE that is not well-formed"),
    "an entity nobody declared": (b"<a>&nbsp;</a>", "Entity 'nbsp' not defined"),
    "another document included": (
        b'<a><x:include xmlns:x="http://www.w3.org/2001/XInclude" href="http://127.0.0.1:{port}/"/></a>',
        "included",
    ),
    "deep": (b"<a>" * 201 + b"</a>" * 201, "nested deeper than 200"),
    "many remarks before it": (b"<!---->" * 2000 + b"<a/>", "before its first element"),
    "a name without end": (b"<" + b"a" * 60_000 + b"/>", "not well-formed"),
    "an ampersand alone": (b"<a>Smith & Sons</a>", "not well-formed at line 1"),
    "a null character": (b"<a>\0</a>", "null characters"),
    "a null character written out": (b"<a>&#0;</a>", "not well-formed"),
    "an attribute twice": (b'<a b="1" b="2"/>', "redefined"),
    "an attribute twice by two prefixes": (b'<a xmlns:x="u" xmlns:y="u" x:b="1" y:b="2"/>', "redefined"),
    "a prefix nobody declared": (b"<x:a/>", "prefix"),
    "two roots": (b"<a/><b/>", "Extra content"),
    "cut off": (b"<a><b>1</b>", "not well-formed"),
    "cut off within CDATA": (b"<a><![CDATA[1", "not well-formed"),
    "another language": (b'{"a": 1}', "no XML"),
    "nothing": (b"", "no XML"),
    "blank": (b" \n", "no XML"),
    "bytes of none": (b"<a>\xff\xfe</a>", "not in utf-8"),
    "an encoding that lies": (b'<?xml version="1.0" encoding="UTF-8"?><a>M\xfcller</a>', "not in utf-8"),
    "an encoding that cannot be": (b'<?xml version="1.0" encoding="UTF-16"?><a>M</a>', "UTF-16, and is not"),
    "marked as one, said to be another": (
        b'\xef\xbb\xbf<?xml version="1.0" encoding="ISO-8859-1"?><a>M\xc3\xbcller</a>',
        "not read it alike",
    ),
    "UTF-7": (b'<?xml version="1.0" encoding="UTF-7"?><a>+ADw-b+AD4-</a>', "an encoding that is not read: utf-7"),
    "an encoding of no text": (b'<?xml version="1.0" encoding="rot13"?><n/>', "an encoding that is not read: rot13"),
    "EBCDIC": ('<?xml version="1.0" encoding="cp037"?><a/>'.encode("cp037"), "utf-8"),
    "a declaration behind something": (b'<!-- --><?xml version="1.0" encoding="UTF-7"?><a/>', "not at its beginning"),
    "two declarations": (b'<?xml version="1.0"?><?xml version="1.0"?><a/>', "not at its beginning"),
    "UTF-32": ("<a/>".encode("utf-32"), "UTF-32"),
    "UTF-32 without mark": ("<a/>".encode("utf-32-be"), "UTF-32"),
    "half of UTF-16": ("\ufeff<a>x</a>".encode("utf-16-le") + b"\x00", "not in utf-16"),
    "a surrogate alone": ("<a>".encode("utf-16-le") + b"\x00\xd8" + "</a>".encode("utf-16-le"), "not in utf-16"),
}
#: the same, made when somebody asks for one: together they take a hundred megabytes
LARGE: Final[dict[str, tuple[Callable[[], bytes], str]]] = {
    "bottomless": (lambda: b"<a>" * 1_000_000, "nested deeper than 255"),
    "giant text": (lambda: b"<a>" + b"x" * 11_000_000 + b"</a>", "longer than anybody sends"),
    "giant attribute": (lambda: b'<a b="' + b"x" * 11_000_000 + b'"/>', "longer than anybody sends"),
    "too long": (lambda: b"<a>" + b" " * 50_000_000 + b"</a>", "longer than 20000000 bytes"),
    "many elements": (lambda: b"<a>" + b"<b/>" * 500_000 + b"</a>", "more than 500000 elements"),
    "very many elements": (lambda: b"<a>" + b"<b/>" * 4_900_000 + b"</a>", "more than 500000 elements"),
    "many attributes": (lambda: b"<a " + b"".join(b'a%d="" ' % n for n in range(1_500_000)) + b"/>", "attributes"),
}
NAMES: Final = (*HOSTILE, *LARGE)


def document(name: str) -> tuple[bytes, str]:
    """Return one of them, and the word of why it is refused."""
    if name in HOSTILE:
        return HOSTILE[name]
    make, why = LARGE[name]
    return make(), why
