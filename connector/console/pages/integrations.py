"""``/integrations``: two connections, and the flows between them."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from connector.console.serving.answers import Answer, Onward, Page
from connector.console.serving.typed_again import typed_again
from connector.domain.errors import ConfigurationError
from connector.domain.role import Role
from connector.domain.sentence import many
from connector.operations.health import overview
from connector.operations.setup import integrations, removing

if TYPE_CHECKING:
    from connector.console.serving.desk import Asked, Desk

PLACE = "/integrations"
_ADD, _ONE = f"{PLACE}/add/{{kind}}", f"{PLACE}/{{integration}}"


def add(desk: Desk) -> None:
    """Add these pages."""
    desk.page(_ADD, role=Role.ADMIN)(_form)
    desk.change(_ADD, role=Role.ADMIN, back="/flows")(_added)
    desk.page(_ONE)(_show)
    desk.change(f"{_ONE}/remove", role=Role.ADMIN)(_remove)


def _form(asked: Asked, wrong: str = "") -> Page:
    kind = asked.path("kind")
    offered = integrations.offer(kind)
    sources, targets = integrations.candidates(asked.operator, kind)
    return Page(
        template="integration_form.html",
        title="Add an integration",
        shows={
            "offered": offered,
            "sources": sources,
            "targets": targets,
            "wrong": wrong,
            "name": asked.field("name"),
            "chosen": (asked.field("from"), asked.field("to")),
        },
        status=HTTPStatus.BAD_REQUEST if wrong else HTTPStatus.OK,
    )


def _added(asked: Asked) -> Answer:
    kind, name = asked.path("kind"), asked.field("name").strip()
    integrations.offer(kind)
    try:
        made = integrations.add(asked.operator, name, kind, asked.field("from"), asked.field("to"))
    except ConfigurationError as error:
        return _form(asked, error.message)
    said = f"{name} is added with {len(made.flows)} flows, all switched off. A dry run shows what one would send."
    return Onward(place=f"{PLACE}/{name}", said=said)


def _show(asked: Asked) -> Answer:
    shown = integrations.get(asked.operator, asked.path("integration"))
    lanes = {lane.flow.id: lane for lane in overview.look(asked.operator).lanes}
    return Page(
        template="integration.html",
        title=shown.integration.name,
        shows={
            "integration": shown.integration,
            "offered": integrations.offer(shown.integration.kind),
            "lanes": sorted(
                (lanes[flow.id] for flow in shown.flows if flow.id in lanes), key=list(lanes.values()).index
            ),
        },
        live=True,
    )


def _remove(asked: Asked) -> Answer:
    name = asked.path("integration")
    typed_again(name, asked.field("name"))
    gone = removing.remove(asked.operator, name, asked.field("why"), abandon=bool(asked.field("abandon")))
    were = many(gone.abandoned, "document that was", "documents that were")
    given_up = f" Given up: {were} under way." if gone.abandoned else ""
    doubt = f" Whether the target has these nobody knows: {', '.join(gone.in_doubt)}." if gone.in_doubt else ""
    return Onward(place="/flows", said=f"{name} is removed; its history stays.{given_up}{doubt}")
