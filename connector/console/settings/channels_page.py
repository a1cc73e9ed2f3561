"""``/settings/alerts/add`` and ``/settings/alerts/channels/...``: add, change, try and remove where alerts are told."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from connector.console.serving.answers import Answer, Onward, Page
from connector.console.settings import channel_form
from connector.console.settings.alerts_page import PLACE
from connector.domain.errors import ConfigurationError, ConnectorError, UnknownName
from connector.domain.role import Role
from connector.operations.health.runbook import RUNBOOK
from connector.operations.setup import alert_channels, integrations
from connector.operations.setup.given import in_clear

if TYPE_CHECKING:
    from connector.console.serving.desk import Asked, Desk
    from connector.operations.setup.alert_channels import Channel

_ADD = f"{PLACE}/add"
_ONE = f"{PLACE}/channels/{{channel}}"


def add(desk: Desk, public_url: str) -> None:
    """Add these pages; messages lead to ``public_url``."""
    desk.page(_ADD, role=Role.ADMIN)(_adding)
    desk.change(_ADD, role=Role.ADMIN, back=_ADD)(_added)
    desk.page(_ONE)(_show)
    desk.change(f"{_ONE}/change", role=Role.ADMIN)(_changed)
    desk.change(f"{_ONE}/remove", role=Role.ADMIN)(_removed)

    @desk.change(f"{_ONE}/test", role=Role.OPERATOR)
    def _try_out(asked: Asked) -> Answer:
        name = asked.path("channel")
        place = _place(alert_channels.get(asked.operator, name))
        try:
            alert_channels.try_out(asked.operator, name, console=public_url)
        except ConnectorError as error:
            return Onward(place=place, said=f"The test did not get through. {error.message}", failed=True)
        return Onward(place=place, said=f"{name} took a test message: look whether it has arrived.")


def _place(channel: Channel) -> str:
    return f"{PLACE}/channels/{channel.name}"


def _adding(asked: Asked) -> Answer:
    kind = asked.query("kind")
    if kind and kind not in channel_form.KINDS:
        raise UnknownName.among("kind of alert channel", kind, channel_form.KINDS)
    return _form(asked, kind, {})


def _form(
    asked: Asked, kind: str, said: dict[str, Any], *, name: str = "", wrong: ConfigurationError | None = None
) -> Page:
    return Page(
        template="settings_channel_add.html",
        title="Add a channel",
        shows={"name": name, **_fields(asked, kind, said, wrong)},
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
    )


def _fields(asked: Asked, kind: str, said: dict[str, Any], wrong: ConfigurationError | None) -> dict[str, Any]:
    return {
        "kind": kind,
        "kinds": channel_form.KINDS,
        "said": channel_form.shown(said),
        "secrets": bool(wrong and channel_form.typed(asked, kind)),
        "wrong": wrong.evidence.get("mistakes", [wrong.message]) if wrong else [],
        "rules": [(name, one.title) for name, one in RUNBOOK.items()],
        "integrations": [one.name for one in integrations.list_(asked.operator)],
    }


def _added(asked: Asked) -> Answer:
    kind, name, said = asked.field("kind"), asked.field("name").strip(), channel_form.written(asked)
    if kind not in channel_form.KINDS:
        raise UnknownName.among("kind of alert channel", kind, channel_form.KINDS)
    given = {**said, **channel_form.typed(asked, kind)}
    try:
        added = alert_channels.add(asked.operator, name, kind, given, resolve=in_clear)
    except ConfigurationError as wrong:
        return _form(asked, kind, said, name=name, wrong=wrong)
    return Onward(place=_place(added), said=f"{added.name} is added: try it with a test message.")


def _show(asked: Asked) -> Answer:
    found = alert_channels.get(asked.operator, asked.path("channel"))
    return _one(asked, found, channel_form.filled(found))


def _one(asked: Asked, found: Channel, said: dict[str, Any], wrong: ConfigurationError | None = None) -> Page:
    return Page(
        template="settings_channel.html",
        title=found.name,
        shows={
            "channel": found,
            "seen": asked.field("seen") if wrong else alert_channels.version(found),
            "called": channel_form.KINDS[found.kind][0],
            "told": alert_channels.told(asked.operator, found.name, most=5),
            "runbook": RUNBOOK,
            **_fields(asked, found.kind, said, wrong),
        },
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
    )


def _changed(asked: Asked) -> Answer:
    found, said = alert_channels.get(asked.operator, asked.path("channel")), channel_form.written(asked)
    try:
        given = {**said, **channel_form.typed(asked, found.kind)}
        changed = alert_channels.change(asked.operator, found.name, given, seen=asked.field("seen"), resolve=in_clear)
    except ConfigurationError as wrong:
        return _one(asked, found, said, wrong)
    return Onward(place=_place(found), said=f"Changed: {', '.join(changed)}." if changed else "Nothing was changed.")


def _removed(asked: Asked) -> Answer:
    name = asked.path("channel")
    alert_channels.remove(asked.operator, name)
    return Onward(place=PLACE, said=f"{name} is removed, and is told nothing any more.")
