"""``/connections/add/{system}`` and ``/connections/{connection}/change``: the forms of a connection."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from connector.console.drawing import fields
from connector.console.serving.answers import Answer, Onward, Page
from connector.domain.errors import ConfigurationError, UnknownName
from connector.domain.role import Role
from connector.operations.health.overview import title
from connector.operations.setup import connections, filling_in
from connector.reading.mistakes import each

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from connector.console.serving.desk import Asked, Desk

PLACE = "/connections"
_ADD, _CHANGE = f"{PLACE}/add/{{system}}", f"{PLACE}/{{connection}}/change"


def add(desk: Desk) -> None:
    """Add these pages."""
    desk.page(_CHANGE, role=Role.ADMIN)(_change)
    desk.change(_CHANGE, role=Role.ADMIN)(_changed)
    desk.page(_ADD, role=Role.ADMIN)(_add)
    desk.change(_ADD, role=Role.ADMIN, back=PLACE)(_added)


def _add(asked: Asked) -> Answer:
    settings = filling_in.settings(asked.path("system"))
    return _form(asked, asked.path("system"), fields.spelled(settings, {}))


def _added(asked: Asked) -> Answer:
    system, texts = asked.path("system"), fields.texts(asked.form)
    name = asked.field("name").strip()
    try:
        found = filling_in.add(asked.operator, name, system, fields.typed(filling_in.settings(system), texts))
    except UnknownName:
        raise
    except ConfigurationError as error:
        return _form(asked, system, texts, each(error))
    return Onward(
        place=f"{PLACE}/{found.name}", said=f"{found.name} is added. Ping it: that says whether we are let in."
    )


def _change(asked: Asked) -> Answer:
    found = connections.get(asked.operator, asked.path("connection"))
    settings = filling_in.settings(found.system)
    values = {**found.config, connections.ENTITIES: found.overrides}
    return _form(asked, found.system, fields.spelled(settings, values), of=found.name, seen=filling_in.version(found))


def _changed(asked: Asked) -> Answer:
    found, texts = connections.get(asked.operator, asked.path("connection")), fields.texts(asked.form)
    try:
        changed = filling_in.change(
            asked.operator,
            found.name,
            fields.typed(filling_in.settings(found.system), texts),
            asked.field("why"),
            seen=asked.field("seen"),
            same_tenant=bool(asked.field("same_tenant")),
        )
    except ConfigurationError as error:
        moves = bool(error.evidence.get("tenant"))
        return _form(asked, found.system, texts, each(error), of=found.name, seen=asked.field("seen"), moves=moves)
    return Onward(place=f"{PLACE}/{found.name}", said=f"Changed: {', '.join(changed)}. Ping it to see that it works.")


def _form(
    asked: Asked,
    system: str,
    texts: Mapping[str, str],
    mistakes: Sequence[str] = (),
    *,
    of: str = "",
    seen: str = "",
    moves: bool = False,
) -> Page:
    settings = filling_in.settings(system)
    kept = [one.name for one in settings if one.kind.is_secret] if of else []
    drawn, left = fields.drawn(settings, texts, mistakes, kept)
    called = title(system)
    return Page(
        template="connection_form.html",
        title=f"Change {of}" if of else f"Add a connection to {called}",
        shows={
            "fields": drawn,
            "mistakes": left,
            "called": called,
            "system": system,
            "connection": of,
            "name": asked.field("name"),
            "why": asked.field("why"),
            "seen": seen,
            "moves": moves,
            "secrets": any(one.setting.kind.is_secret for one in drawn),
        },
        status=HTTPStatus.BAD_REQUEST if mistakes else HTTPStatus.OK,
    )
