"""``/connections/connect/{system}``: a company is connected with what its marketplace handed over."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from connector.console.drawing import fields
from connector.console.serving.answers import Answer, Page
from connector.domain.errors import ConnectorError, StoreUnavailable
from connector.domain.role import Role
from connector.operations.setup import handing_over

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from connector.console.serving.desk import Asked, Desk
    from connector.operations.setup.quick_connect import Connected

_PLACE = "/connections/connect/{system}"


def add(desk: Desk) -> None:
    """Add this page."""
    desk.page(_PLACE, role=Role.ADMIN)(_form)
    desk.change(_PLACE, role=Role.ADMIN, back="/connections")(_connect)


def _form(asked: Asked) -> Answer:
    handing_over.handing(asked.operator, asked.path("system"))
    return _page(asked, fields.spelled(handing_over.settings(asked.path("system")), {}))


def _connect(asked: Asked) -> Answer:
    system, texts = asked.path("system"), fields.texts(asked.form)
    handing = handing_over.handing(asked.operator, system)
    try:
        if again := asked.field("again"):
            made = handing_over.connect_again(asked.operator, system, again, asked.field("token").strip())
        else:
            written = fields.typed(handing_over.settings(system), texts)
            made = handing_over.connect(asked.operator, system, asked.field("name").strip(), written)
    except StoreUnavailable:
        raise
    except ConnectorError as error:
        return _page(asked, texts or fields.spelled(handing_over.settings(system), {}), _mistakes(error))
    return _connected(made, handing.title, handing.market)


def _mistakes(error: ConnectorError) -> list[str]:
    """Each thing that is wrong, also where the other side says so."""
    listed = error.evidence.get("mistakes")
    return [str(one) for one in listed] if isinstance(listed, list) else [error.message]


def _connected(made: Connected, title: str, market: str) -> Page:
    return Page(
        template="connected.html",
        title=f"{made.connection.name} is connected",
        shows={
            "connection": made.connection.name,
            "company": made.company,
            "profile": made.profile.facts(),
            "again": made.again,
            "called": title,
            "market": market,
        },
    )


def _page(asked: Asked, texts: Mapping[str, str], mistakes: Sequence[str] = ()) -> Page:
    handing = handing_over.handing(asked.operator, asked.path("system"))
    drawn, left = fields.drawn(handing_over.settings(handing.system), texts, mistakes)
    return Page(
        template="handing_over.html",
        title=f"Connect {handing.title}",
        shows={
            "handing": handing,
            "fields": drawn,
            "mistakes": left,
            "name": asked.field("name"),
            "again": asked.field("again"),
        },
        status=HTTPStatus.BAD_REQUEST if mistakes else HTTPStatus.OK,
    )
