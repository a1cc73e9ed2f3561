"""``/codes/…/import`` and ``export``: all codes as a CSV file; what one would change is shown before it does."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from markupsafe import escape

from connector.console.serving.answers import Answer, Download, Onward, Page
from connector.console.serving.forms import MOST_BYTES
from connector.domain.errors import ConfigurationError
from connector.domain.role import Role
from connector.operations.setup import code_tables, crosswalk_csv, crosswalks, importing_codes, integrations
from connector.operations.setup.crosswalks import Code
from connector.operations.setup.importing_codes import File

if TYPE_CHECKING:
    from connector.console.serving.desk import Asked, Desk
    from connector.operations.setup.importing_codes import Preview

_IMPORT = "/codes/{integration}/import"
#: rows of a preview that are named, of each kind
_NAMED = 200
#: bytes of a form beside the codes in it
_ROOM = 2048


def add(desk: Desk) -> None:
    """Add these pages."""
    desk.page(_IMPORT, role=Role.OPERATOR)(_form)
    desk.change(_IMPORT, role=Role.OPERATOR, back=_IMPORT, file=True)(_preview)
    desk.change(f"{_IMPORT}/confirm", role=Role.OPERATOR, file=True)(_confirm)
    desk.page("/codes/{integration}/export")(_export)


def _form(asked: Asked, **shows: Any) -> Page:  # noqa: ANN401 - whatever the template shows
    with_defaults: dict[str, Any] = {"mistakes": [], "text": "", "name": "", "alone": False, **shows}
    integration = asked.path("integration")
    integrations.get(asked.operator, integration)
    return Page(
        template="codes_import.html",
        title="Import codes",
        shows={"integration": integration, "place": _place(integration), **with_defaults},
        status=HTTPStatus.UNPROCESSABLE_ENTITY if with_defaults["mistakes"] else HTTPStatus.OK,
    )


def _place(integration: str) -> str:
    return f"/codes/{quote(integration, safe='')}/import"


def _file(asked: Asked) -> File:
    name = " ".join(asked.field("name").split())[:100] or "the text"
    text = asked.field("text")
    if asked.field("source") and not text:  # one row, from the page of its table
        row = Code(table=asked.field("table"), source=asked.field("source"), target=asked.field("target").strip())
        text = crosswalk_csv.write([row])
    return File(text=text, name=name, alone=asked.field("alone") == "yes")


def _preview(asked: Asked) -> Answer:
    return _shown(asked, _file(asked))


def _shown(asked: Asked, file: File, otherwise: str = "") -> Page:
    kept = {"text": escape(file.text), "name": file.name, "alone": file.alone}
    try:
        found = importing_codes.preview(asked.operator, asked.path("integration"), file)
    except ConfigurationError as error:
        return _form(asked, mistakes=error.message.splitlines(), **kept)
    integration = asked.path("integration")
    return Page(
        template="codes_preview.html",
        title="Import codes",
        shows={"integration": integration, "place": _place(integration), "preview": found, "otherwise": otherwise}
        | {"rows": _rows(found), "named": _NAMED, **_rehearsals(asked, found)}
        | kept,
    )


def _rehearsals(asked: Asked, found: Preview) -> dict[str, Any]:
    """The flows that may be rehearsed with what would be otherwise, as far as a form holds it."""
    codes = [*found.added, *(code for code, _ in found.changed)]
    text = crosswalk_csv.write(codes) if codes else ""
    if not codes or len(quote(text)) > MOST_BYTES - _ROOM:
        return {"rehearsals": [], "codes": ""}
    flows = code_tables.looking_into(asked.operator, asked.path("integration"), {code.table for code in codes})
    return {"rehearsals": flows, "codes": escape(text)}


def _rows(found: Preview) -> list[tuple[str, str, str, str, str]]:
    """What happens to which row: to it, in which table, what it says now and then."""
    return [
        *(("changed", code.table, code.source, before, code.target) for code, before in found.changed[:_NAMED]),
        *(("added", code.table, code.source, "", code.target) for code in found.added[:_NAMED]),
        *(("removed", code.table, code.source, code.target, "") for code in found.removed[:_NAMED]),
    ]


def _confirm(asked: Asked) -> Answer:
    file, integration = _file(asked), asked.path("integration")
    try:
        filled, removed = importing_codes.import_csv(
            asked.operator, integration, file, why=asked.field("why").strip(), seen=asked.field("seen") or "nothing"
        )
    except ConfigurationError as error:
        return _shown(asked, file, error.message)
    said = f"{filled.created:,} added, {filled.changed:,} changed, {removed:,} removed."
    if filled.released:
        said += f" {filled.released:,} waiting documents go on."
    return Onward(place="/codes", said=said)


def _export(asked: Asked) -> Answer:
    integration = asked.path("integration")
    found = crosswalks.list_(asked.operator, integration).rows
    content = crosswalk_csv.write(found).encode()
    return Download(name=f"codes-{integration}.csv", media_type="text/csv", content=(content,))
