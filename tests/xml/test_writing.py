"""What is written is read again as it was, and nothing that XML cannot hold breaks a message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from connector.xml.reading import NotReadable, parse
from connector.xml.writing import document, element

if TYPE_CHECKING:
    from lxml import etree

_NAMES = st.sampled_from(("a", "B", "a.b-c_1", "_x", "xmlish"))
_TAGS = st.one_of(_NAMES, _NAMES.map("{{urn:a}}{}".format))
_TEXTS = st.text(max_size=8)
_ELEMENTS = st.recursive(
    st.builds(lambda tag, held, more: element(tag, held, **more), _TAGS, _TEXTS, st.dictionaries(_NAMES, _TEXTS)),
    lambda inner: st.builds(
        lambda tag, held: element(tag, *held), _TAGS, st.lists(st.one_of(_TEXTS, inner), max_size=4)
    ),
    max_leaves=6,
)


def _plain(read: etree._Element) -> object:
    return read.tag, read.text or "", read.tail or "", dict(read.attrib), [_plain(one) for one in read]


@given(_ELEMENTS)
@settings(max_examples=100, deadline=None)
def test_what_is_written_is_read_again_as_it_was(made: etree._Element) -> None:
    assert _plain(parse(document(made, doctype='<!DOCTYPE a SYSTEM "http://x/a.dtd">'))) == _plain(made)


@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode)), st.text(max_size=10), st.booleans())
@settings(max_examples=100, deadline=None)
def test_whatever_comes_is_read_or_refused(body: bytes, charset: str, repaired: bool) -> None:  # noqa: FBT001
    _refused(body, charset=charset, repair_ampersands=repaired)


_MARKUP = (
    "<a> </a> <a/> <x:a </x:a> <!-- --> <![CDATA[ ]]> & &amp; &x; &#0; é [ ]> > ?> 'x' <!DOCTYPE <!ENTITY <?xml SYSTEM"
)
_PIECES = st.sampled_from((*_MARKUP.split(), "\n", " xmlns:x='u'", " version='1.0'", " encoding='utf-16'", " a", " "))


@given(
    st.lists(_PIECES, max_size=12).map("".join),
    st.sampled_from(["utf-8", "utf-16", "utf-16-be", "latin-1"]),
    st.booleans(),
)
@settings(max_examples=100, deadline=None)
def test_pieces_of_documents_are_read_or_refused(written: str, encoding: str, repaired: bool) -> None:  # noqa: FBT001
    _refused(written.encode(encoding, "replace"), charset="", repair_ampersands=repaired)


def _refused(body: bytes, *, charset: str, repair_ampersands: bool) -> None:
    try:
        read = parse(body, charset=charset, repair_ampersands=repair_ampersands)
    except NotReadable as error:
        why = str(error)
    else:
        why = ""
        assert parse(document(read)) is not None
    assert why.isprintable()


def test_the_order_is_the_order_of_writing_and_nothing_is_left_out_but_none() -> None:
    made = element("a", element("b", "1"), None, element("c"), "x", "y", **{"xml:lang": "de", "d": "", "e": None})
    assert document(made) == b'<?xml version="1.0" encoding="UTF-8"?>\n<a xml:lang="de" d=""><b>1</b><c/>xy</a>'


def test_characters_that_xml_cannot_hold_are_shown_as_such() -> None:
    made = element("a", "x\x00\x1b\ud800\ufffey\r\n\t", b="\x07")
    read = parse(document(made))
    assert (read.text, read.get("b")) == ("x\ufffd\ufffd\ufffd\ufffdy\r\n\t", "\ufffd")
