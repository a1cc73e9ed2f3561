"""What is well-formed is read as it is meant, in whatever encoding and with whatever tricks of writing."""

from __future__ import annotations

import pytest

from connector.xml.reading import NotReadable, child, children, first, local, namespace, parse, text


@pytest.mark.parametrize(
    ("written", "charset"),
    [
        ("<a>Müller €</a>".encode(), ""),
        ("<a>Müller €</a>".encode(), "utf-8"),
        ('<?xml version="1.0" encoding="utf-8"?><a>Müller €</a>'.encode("utf-8-sig"), ""),
        ('<?xml version="1.0" encoding="UTF-16"?><a>Müller €</a>'.encode("utf-16"), ""),
        ('<?xml version="1.0" encoding="UTF-16"?><a>Müller €</a>'.encode("utf-16-le"), ""),
        ('<?xml version="1.0" encoding="UTF-16"?><a>Müller €</a>'.encode("utf-16-be"), "UTF-16"),
        ("<a>Müller €</a>".encode("utf-16-be"), ""),
        ("<?xml version='1.0' encoding='windows-1252'?><a>Müller €</a>".encode("cp1252"), ""),
        ("<a>Müller €</a>".encode("iso-8859-15"), '"ISO-8859-15"'),
    ],
)
def test_text_is_read_in_the_encoding_it_is_in(written: bytes, charset: str) -> None:
    assert parse(written, charset=charset).text == "Müller €"


def test_what_the_sender_says_elsewhere_and_in_the_document_must_agree() -> None:
    plain = b'<?xml version="1.0" encoding="ISO-8859-1"?><a>Mueller</a>'
    assert parse(plain, charset="us-ascii").text == "Mueller"
    with pytest.raises(NotReadable, match=r"in iso8859-15 and in iso8859-1, which do not read it alike"):
        parse(plain.replace(b"ue", b"\xa4"), charset="iso-8859-15")


def test_text_is_one_whatever_it_is_written_with() -> None:
    read = parse(b"<a>1<!-- 9 -->2<?x 9?><![CDATA[3&<]]>&#52;</a>")
    assert text(read) == "123&<4"


def test_text_between_others_does_not_run_together() -> None:
    read = parse(b"<a> 12 <b>x</b>34</a>")
    assert text(read) == "12 34"
    assert text(None) == ""


def test_ampersands_that_stand_alone_are_repaired_where_that_is_wanted() -> None:
    written = b"<a b='x&y'>A & B &amp; C&#38;D <![CDATA[E & F]]><!-- & -->&G</a>"
    read = parse(written, repair_ampersands=True)
    assert (read.get("b"), text(read)) == ("x&y", "A & B & C&D E & F&G")
    with pytest.raises(NotReadable):
        parse(b"<a>&nbsp;</a>", repair_ampersands=True)


@pytest.mark.parametrize("one", [b"&", b"<!---->", b"<![CDATA[]]>"])
def test_more_to_repair_than_anybody_sends_is_not_looked_at(one: bytes) -> None:
    with pytest.raises(NotReadable, match="has more than 100000 ampersands, comments and CDATA"):
        parse(b"<a>" + one * 100_001 + b"</a>", repair_ampersands=True)
    assert text(parse(b"<a>" + one * 1000 + b"</a>", repair_ampersands=True)).count("&") == 1000 * one.count(b"&")


def test_a_line_is_counted_from_the_beginning_of_what_came() -> None:
    with pytest.raises(NotReadable, match=r"line 4: .*mismatch: b line 3 and a$"):
        parse(b'<?xml version="1.0"?>\n<!DOCTYPE a SYSTEM "x">\n<a><b>\n</a>')


def test_children_are_found_by_namespace_and_not_by_prefix() -> None:
    read = parse(b'<p:a xmlns:p="u" xmlns:q="u" xmlns:r="v"><q:b>1</q:b><r:b>2</r:b><b>3</b></p:a>')
    assert [text(one) for one in children(read, "b")] == ["1", "3"]
    assert [text(one) for one in children(read, "b", "v")] == ["2"]
    assert text(child(read, "b", "u")) == "1"
    assert (local(read), namespace(read), namespace(children(read, "b")[1])) == ("a", "u", "")


def test_a_foreign_element_is_not_taken_for_one_of_the_message() -> None:
    read = parse(b'<a><x:b xmlns:x="urn:other">9</x:b><b>1</b></a>')
    assert text(child(read, "b")) == "1"


def test_what_stands_twice_is_not_chosen_from() -> None:
    with pytest.raises(NotReadable, match=r"^has b more than once in one a$"):
        child(parse(b"<a><b>1</b><b>2</b></a>"), "b")
    assert child(parse(b"<a/>"), "b") is None


def test_the_first_one_along_a_path() -> None:
    read = parse(b'<a xmlns="u"><b/><b><c>1</c></b><d><c><e xmlns="">2</e></c></d></a>')
    assert text(first(read, "d/c/e")) == "2"
    assert first(read, "b/c") is None  # of the first b
    assert first(read, "x/c") is None


def test_bounds_are_the_callers() -> None:
    written = b"<a><b><c/></b></a>"
    assert parse(written, most_depth=3, most_elements=3, most_bytes=len(written)) is not None
    for bounds, why in (({"most_depth": 2}, "deeper than 2"), ({"most_elements": 2}, "more than 2 elements")):
        with pytest.raises(NotReadable, match=why):
            parse(written, **bounds)
    with pytest.raises(NotReadable, match="longer than 17 bytes"):
        parse(written, most_bytes=17)
