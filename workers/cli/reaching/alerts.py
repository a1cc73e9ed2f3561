"""Alerts over the API: a change that names nothing it saw is one of what stands now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.operations.setup import alert_channels, foreign, names, references, setting_rules
from connector.store.operator.alerting import Channel, RuleSetting, Standing, Told
from connector.telling import channels
from workers.cli.reaching.calls import call, items, nothing
from workers.cli.reaching.places import part
from workers.cli.reaching.revived import all_revived, revived

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from uuid import UUID

    from workers.cli.reaching.http import Server


def _rules(server: Server) -> list[RuleSetting]:
    told = [one for rule in server.get("/alert-rules")["items"] for one in rule["settings"]]
    return sorted(all_revived(RuleSetting, told), key=lambda one: (one.name, one.scope))


def _change(server: Server, name: str, scope: str = "", *, seen: str = "", **said: Any) -> None:  # noqa: ANN401 - as given
    body = {**said, "scope": scope, "seen": seen or server.get(f"/alert-rules/{part(name)}")["seen"]}
    server.change("PUT", f"/alert-rules/{part(name)}", body)


def _reset(server: Server, name: str, scope: str = "", *, seen: str = "") -> bool:
    body = {"scope": scope, "seen": seen or server.get(f"/alert-rules/{part(name)}")["seen"]}
    return bool(server.change("POST", f"/alert-rules/{part(name)}/reset", body)["reset"])


def _add(server: Server, name: str, kind: str, written: Mapping[str, Any]) -> Channel:
    names.checked("an alert channel", name)
    foreign.check_channel(kind, written)
    config = references.resolve(written, channels.secrets_of(kind))
    return revived(Channel, server.change("POST", "/alert-channels", {"name": name, "kind": kind, "config": config}))


def _set(server: Server, name: str, written: Mapping[str, Any], *, seen: str = "") -> list[str]:
    found = server.get(f"/alert-channels/{part(name)}")
    foreign.check_channel(found["kind"], written)
    config = references.resolve(written, channels.secrets_of(found["kind"]))
    body = {"config": config, "seen": seen or found["seen"]}
    changed: list[str] = server.change("PUT", f"/alert-channels/{part(name)}", body)["changed"]
    return changed


def _told(server: Server, channel: str = "", before: UUID | None = None, *, most: int = 50) -> list[Told]:
    del before  # no command asks for older ones
    found, _ = server.all("/alerts/told", most=most, channel=channel)
    return all_revived(Told, found)


def _try_out(server: Server, name: str, *, console: str = "") -> None:
    del console  # it knows its own address
    server.change("POST", f"/alert-channels/{part(name)}/test")


CALLS: Mapping[Callable[..., object], Callable[..., object]] = {
    alert_channels.standing: call("GET", "/alerts", items(Standing)),
    alert_channels.told: _told,
    alert_channels.list_: call("GET", "/alert-channels", items(Channel)),
    alert_channels.add: _add,
    alert_channels.change: _set,
    alert_channels.try_out: _try_out,
    alert_channels.remove: call("DELETE", "/alert-channels/{name}", nothing),
    setting_rules.list_: _rules,
    setting_rules.change: _change,
    setting_rules.reset: _reset,
}
