"""Business objects in XML as rows under our names: one row for each line, with the head of its document repeated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.systems.qad.adaptive.gathering import Gathering
from connector.systems.qad.adaptive.listing import read_rows
from connector.systems.qad_ee.reading_names import KIND
from connector.xml import reading
from connector.xml.reading import NotReadable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from lxml import etree

    from connector.domain.exchange import Row
    from connector.systems.qad.adaptive.listing import Listed
    from connector.systems.qad.formats import Formats
    from connector.systems.qad_ee.reading_names import Object

Raw = dict[str, str | None]
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
#: how Progress writes a value that it does not know
_UNKNOWN = "?"


def records(inside: Iterable[etree._Element], name: str) -> list[etree._Element]:
    """Return the elements of this name, wherever they stand, but none inside another one of them."""
    return [found for one in inside for found in _outermost(one, name)]


def _outermost(element: etree._Element, name: str) -> Iterator[etree._Element]:
    if reading.local(element) == name:
        yield element
        return
    for one in element:
        yield from _outermost(one, name)


def otherwise_named(inside: Iterable[etree._Element], besides: Collection[str]) -> str:
    """Return the name of what looks like a record; empty without one. For answers without a record of the right name.

    What goes by one of the names ``besides`` is the question, repeated.
    """
    for one in inside:
        if reading.local(one) in besides:
            continue
        said = [reading.text(part) for part in one if not len(part)]
        if len([text for text in said if text not in ("", _UNKNOWN)]) > 1 and any(map(_is_words, said)):
            return reading.local(one)
        if found := otherwise_named(one, besides):
            return found
    return ""


def _is_words(text: str) -> bool:
    """Whether it says more than a number, a time or a logical, which stand beside records too."""
    return text[:1].isalpha() and text.casefold() not in ("true", "false", "yes", "no")


def value_at(element: etree._Element, path: str) -> str | None:
    """Return the text at a path of elements; None where there is none. Raises NotReadable when it is there twice."""
    found = element
    for name in path.split("/"):
        alike = [one for one in found if reading.local(one) == name]
        if len(alike) > 1:
            raise NotReadable(f"has {name} more than once in one {reading.local(found)}")
        if not alike:
            return None
        found = alike[0]
    if found.get(_NIL) in ("true", "1"):
        return None
    text = reading.text(found)
    return None if text == _UNKNOWN else text


def deleted(record: etree._Element) -> bool:
    """Whether a QDoc says of a record or line that it is deleted."""
    told = [reading.text(part) for part in record if reading.local(part) == "operation"]
    return any(one.casefold() in ("d", "delete") for one in told)


def raw_rows(record: etree._Element, one: Object) -> list[Raw]:
    """Return the rows of a record: one for each of its lines, or the record itself where it is a line."""
    before = f"{one.line}/" if one.line else "/"
    columns = [path for path in (*one.listed.fields.values(), *one.listed.lines.values()) if path != KIND]
    head: Raw = {path: value_at(record, path) for path in columns if not path.startswith(before)}
    inside = [path for path in columns if path.startswith(before)]
    lines = [line for line in _along(record, one.line) if not deleted(line)] if one.line else []
    if KIND in one.listed.fields.values():
        head[KIND] = one.kind
    rows = [head | {path: value_at(line, path.removeprefix(before)) for path in inside} for line in lines]
    return rows or [head | dict.fromkeys(inside)]


def _along(element: etree._Element, path: str) -> list[etree._Element]:
    found = [element]
    for name in path.split("/"):
        found = [one for each in found for one in each if reading.local(one) == name]
    return found


def missing(found: Iterable[etree._Element], one: Object) -> dict[str, str]:
    """Elements that decide about money and that no record has, with the override path of each.

    An element that is left out may be one that is empty: of these nobody may believe that.
    """
    shape, lacking = one.listed.shape, dict[str, str]()
    everything = list(found)
    must = {f"fields.{ours}" for ours in (*shape.needed, *(shape.key_parts or (shape.key,)))} | set(shape.gates)
    for place in sorted(must):
        part, _, ours = place.partition(".")
        path = (one.listed.fields if part == "fields" else one.listed.lines).get(ours)
        if path is None or path == KIND:
            continue
        above, _, name = path.rpartition("/")
        holders = [holder for record in everything for holder in (_along(record, above) if above else [record])]
        if holders and not any(reading.local(each) == name for holder in holders for each in holder):
            lacking[path] = f"entities.{one.listed.name}.objects.{one.kind}.{place}"
    return lacking


def in_none(found: Sequence[etree._Element], paths: Iterable[str]) -> list[str]:
    """Return those of these paths that lead to an element in no record."""
    return [path for path in paths if not any(_along(record, path) for record in found)]


def documents(found: Iterable[etree._Element], one: Object, where: str, written: Formats) -> list[Row]:
    """Return the documents in these records; raises SourceLies, as of a browse, and NotReadable."""
    gathering = Gathering(one.listed, where)
    listed = read_rows(one.listed, (raw for record in found for raw in raw_rows(record, one)), written)
    return [*gathering.add(listed), *gathering.finish()]


def listed_rows(record: etree._Element, one: Object, written: Formats) -> list[Listed]:
    """Return the rows of a record, read."""
    return read_rows(one.listed, raw_rows(record, one), written)


def fields(record: etree._Element, paths: Mapping[str, str]) -> Raw:
    """Return the texts at these paths, by path."""
    return {path: value_at(record, path) for path in paths.values()}
