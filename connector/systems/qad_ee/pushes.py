"""What QXO pushes: one business object in an envelope, and which document of ours it is."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from connector.systems.qad_ee import rows, soap
from connector.xml import reading
from connector.xml.reading import NotReadable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

    from lxml import etree

    from connector.systems.qad_ee.names import Names
    from connector.systems.qad_ee.reading_names import Object

#: as many as any business object has
MOST_BYTES = 100_000_000


@dataclass(frozen=True, kw_only=True)
class Push:
    """A pushed message, as far as it can be read."""

    #: QAD's id of the event; empty where it says none
    event: str
    #: what happened, in QAD's word for it
    happened: str
    at: dt.datetime | None
    domain: str
    entity: str
    #: what stands around the objects: the dataset or class
    around: etree._Element = field(repr=False)

    def only(self, one: Object) -> etree._Element:
        """Return the one record of this object in it; raises NotReadable."""
        found = rows.records([self.around], one.record)
        if len(found) != 1:
            raise NotReadable(f"holds {len(found) or 'no'} documents ({one.record}); have QXO send one in a message")
        return found[0]


def company_of(push: Push, record: etree._Element, one: Object, names: Names) -> str:
    """Return whose document it is; raises NotReadable where envelope and document disagree. Empty where none says."""
    context = names.posting("supplier_invoices").context
    tables = (table for table in push.around if reading.local(table) == context["table"])
    said = [push.entity, *(rows.value_at(table, context["entity"]) or "" for table in tables)]
    if path := one.listed.fields.get("entity"):
        said.append(rows.value_at(record, path) or "")
    known = list(dict.fromkeys(filter(None, said)))
    if len({company.casefold() for company in known}) > 1:
        raise NotReadable(f"says that it is of entity {known[0]}, and of {known[1]} as well")
    return known[0] if known else ""


def gone(push: Push, record: etree._Element, names: Names) -> bool:
    """Whether it tells that the document was deleted in QAD."""
    happened = push.happened.casefold()
    return rows.deleted(record) or any(word.casefold() in happened for word in names.phrases("deleted"))


def charset_of(content_type: str) -> str:
    """Return the character set a Content-Type names."""
    return content_type.lower().partition("charset=")[2].partition(";")[0].strip("\"' ")


def read(body: bytes, *, content_type: str, names: Names, zone: ZoneInfo) -> Push:
    """Read a message; raises NotReadable with half a sentence."""
    inside = soap.body_of(body, charset=charset_of(content_type), most_bytes=MOST_BYTES)
    told = dict(_properties(inside))
    around = [one for one in inside if reading.local(one) != "dsSessionContext"]
    if len(around) != 1:
        raise NotReadable(f"holds {len(around) or 'no'} business objects, where one is expected")
    of = names.of
    return Push(
        event=told.get(of("push", "event_id"), ""),
        happened=told.get(of("push", "event_name"), ""),
        at=moment(told.get(of("push", "event_at"), ""), zone),
        domain=told.get(of("push", "domain"), ""),
        entity=told.get(of("push", "entity"), ""),
        around=around[0],
    )


def _properties(inside: etree._Element) -> Iterator[tuple[str, str]]:
    """Yield what the session context says, and what stands beside it in elements of its own."""
    for one in inside:
        if not len(one):
            yield reading.local(one), reading.text(one)
        for context in one.iter("{*}ttContext"):
            texts = {reading.local(part): reading.text(part) for part in context}
            yield texts.get("propertyName", ""), texts.get("propertyValue", "")


def objects(names: Names) -> Iterator[Object]:
    """Yield every object that may be pushed, what is read before what is posted."""
    for entity in names.entities.values():
        yield from entity.objects.values()
    yield from names.posted.values()


def moment(text: str, zone: ZoneInfo) -> dt.datetime | None:
    """Read a time with or without an offset, whose colon QAD leaves out; None for what is none."""
    try:
        found = dt.datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=zone)


def folded(key: str) -> str:
    """Return a key as QAD compares it, without case; what stands before a bar is ours."""
    before, bar, own = key.rpartition("|")
    return f"{before}{bar}{own.upper()}"


def elsewhere(topic: str, entity: str) -> str:
    """Return under which name documents of another entity wait: nothing reads them but the search for postings."""
    return f"{topic}@{entity}"
