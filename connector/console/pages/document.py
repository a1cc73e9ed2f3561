"""``/documents/{document}``: why one document is where it is, what happens next, and what may be done about it."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlencode
from uuid import UUID

from connector.console.pages import doubts
from connector.console.pages.work import code_place
from connector.console.serving.answers import Answer, Download, Onward, Page, Said
from connector.domain.errors import ConfigurationError
from connector.domain.role import Role
from connector.operations.giving_reasons import reason
from connector.operations.work import contents, dead_letters, document, dossier, dossier_page, meant, records

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from connector.console.serving.desk import Asked, Desk
    from connector.operations.work.document import Looked

PLACE = "/documents"
ONE = f"{PLACE}/{{document}}"


def add(desk: Desk, public_url: str = "") -> None:
    """Add these pages; ``public_url`` is where people reach them, empty where a browser knows best."""
    desk.page(ONE)(partial(_show, public_url))
    desk.page(f"{ONE}/content", role=Role.OPERATOR)(_content)
    desk.page(f"{ONE}/file/{{kind}}")(_file)
    desk.change(f"{ONE}/replay", role=Role.OPERATOR)(_replay)
    desk.change(f"{ONE}/requeue", role=Role.OPERATOR)(_requeue)
    desk.change(f"{ONE}/discard", role=Role.OPERATOR)(_discard)
    desk.change(f"{ONE}/settle", role=Role.OPERATOR)(_settle)


def number(asked: Asked) -> UUID:
    """The record that the address names by its id."""
    try:
        return UUID(asked.path("document"))
    except ValueError:
        raise Said("There is no such document.", HTTPStatus.NOT_FOUND) from None


def called(looked: Looked) -> str:
    """What people call it."""
    return looked.record.number or looked.record.source_key


def _show(public_url: str, asked: Asked) -> Answer:
    try:
        one = UUID(asked.path("document"))
    except ValueError:  # an address that a person typed
        return Onward(place=f"{PLACE}/{meant.record(asked.operator, asked.path('document'))}")
    looked = document.look(asked.operator, one)
    record = looked.record
    waits_for = list(_waits_for(record.flow.partition("/")[0], record.waits_for or ()))
    return Page(
        template="document.html",
        title=f"{record.kind or looked.flow_title} {called(looked)}",
        shows={
            "looked": looked,
            "record": record,
            "called": called(looked),
            "waits_for": waits_for,
            "code": next((place for _, place in waits_for if not place.startswith(PLACE)), ""),
            "numbers": [(name, value, f"{PLACE}?{urlencode({'q': value})}") for name, value in _numbers(looked)],
            "others": [version for version in looked.shown.versions if version.id != record.id],
            "link": f"{public_url}{PLACE}/{record.id}",
        },
        live=True,
    )


def _numbers(looked: Looked) -> Iterator[tuple[str, str]]:
    record = looked.record
    yield f"key in {looked.source_title}", record.source_key
    if record.target_id:
        yield f"number in {looked.target_title}", record.target_id
    if record.target_key:
        yield f"key in {looked.target_title}", record.target_key
    yield from (record.references or {}).items()


def _waits_for(integration: str, subjects: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each in words, with the place where it is looked after."""
    for subject in subjects:
        kind, _, rest = subject.partition(":")
        name, _, key = rest.partition(":")
        if kind == "link":
            yield f"{key} ({name})", f"{PLACE}?{urlencode({'q': key, 'flow': f'{integration}/{name}'})}"
        else:
            yield f"{name} {key!r}", code_place(integration, name, key)


def _content(asked: Asked) -> Answer:
    found = contents.open_(asked.operator, number(asked))
    looked = document.look(asked.operator, number(asked))
    return Page(
        template="document_content.html",
        title=f"Content of {called(looked)}",
        shows={"found": found, "looked": looked, "record": found.record, "called": called(looked)},
    )


def _file(asked: Asked) -> Answer:
    kind = asked.path("kind")
    if kind not in {"page", "csv"}:
        raise Said("There is no such file.", HTTPStatus.NOT_FOUND)
    found = dossier.of(asked.operator, str(number(asked)))
    text, ending, media_type = (
        (dossier.as_csv(found), "csv", "text/csv") if kind == "csv" else (dossier_page.page(found), "html", "text/html")
    )
    name = f"{found.document.source_key}.{ending}"
    return Download(name=name, media_type=media_type, content=[text.encode()])


def _replay(asked: Asked) -> Answer:
    again = records.replay(
        asked.operator, number(asked), why=reason(asked.field("why")), discarded=bool(asked.field("discarded"))
    )
    return Onward(place=f"{PLACE}/{again.id}", said="It is on its way again; what the target has is not sent twice.")


def _letter(asked: Asked) -> UUID:
    """The dead letter that was looked at."""
    try:
        return UUID(asked.field("letter"))
    except ValueError:
        raise Said("There is no such dead letter.", HTTPStatus.NOT_FOUND) from None


def _requeue(asked: Asked) -> Answer:
    why = reason(asked.field("why"))
    wanted = dead_letters.Filter(ids=(_letter(asked),), discarded=bool(asked.field("discarded")))
    fixed, _ = dead_letters.select(asked.operator, wanted)
    for batch in dead_letters.requeue(asked.operator, fixed, why=why):
        if batch.refused:
            raise ConfigurationError(f"It was not requeued: {batch.refused[0][1]}")
    return Onward(
        place=f"{PLACE}/{number(asked)}", said="It is on its way again; what the target has is not sent twice."
    )


def _discard(asked: Asked) -> Answer:
    dead_letters.discard(asked.operator, _letter(asked), asked.field("why"))
    return Onward(place=f"{PLACE}/{number(asked)}", said="The dead letter is closed; nothing else was done.")


def _settle(asked: Asked) -> Answer:
    _, there = doubts.settle(asked)
    said = f"It is taken as there, as {there}." if there else "It is taken as not there, and goes on."
    return Onward(place=f"{PLACE}/{number(asked)}", said=said)
