"""``ml-connector alert``."""

from __future__ import annotations

import datetime as dt
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from connector.config import load_settings
from connector.domain.errors import ConfigurationError
from connector.operations.setup import alert_channels as channels
from connector.operations.setup import setting_rules, yaml_text
from connector.operations.setup.alert_rules import RULES
from connector.operations.setup.references import text_of
from connector.telling.channels import KINDS
from workers.cli.elsewhere import server
from workers.cli.reaching.doing import do
from workers.output import Json, choice, emit, say, table
from workers.spelling import short

if TYPE_CHECKING:
    from connector.operations.setup.alert_rules import Rule
    from connector.store.operator.alerting import Channel, Standing

app = typer.Typer(no_args_is_help=True, help="What needs a person, and who is told of it.")
rule_app = typer.Typer(no_args_is_help=True, help="What is watched, and from when on it is too much.")
channel_app = typer.Typer(no_args_is_help=True, help="Where alerts are told: e-mail, webhook, Slack, Teams.")
app.add_typer(rule_app, name="rule")
app.add_typer(channel_app, name="channel")

RuleName = Annotated[str, typer.Argument(metavar="RULE", help="As `alert rule list` shows it.")]
Seen = Annotated[
    str,
    typer.Option(
        "--seen", metavar="WORD", help="What --json listed as `seen`: nothing is changed where that is another by now."
    ),
]
ChannelName = Annotated[str, typer.Argument(metavar="NAME", help="The channel's name, e.g. ops.")]


@app.command("list")
def list_(as_json: Json = False) -> None:
    """List the alerts that stand now, the oldest first, and what to do about each."""
    found = do(channels.standing)
    if as_json:
        emit(found)
        return
    table(
        ((_what(alert), short(alert.raised_at)) for alert in found),
        "what stands | since",
        nothing="No alert stands.",
    )


def _what(alert: Standing) -> str:
    words = (f"{alert.name}: {alert.about}", alert.detail.get("found"), alert.detail.get("advice"))
    return "\n".join(filter(None, words))


@rule_app.command("list")
def rules(as_json: Json = False) -> None:
    """List the rules, each with its threshold, and what is set otherwise."""
    others = do(setting_rules.list_)
    if as_json:
        seen = {name: setting_rules.version(others, name) for name in RULES}
        emit({"rules": list(RULES.values()), "set": others, "seen": seen})
        return
    table(
        ((rule.name, rule.when, _threshold(rule), rule.urgent, rule.scope or "everywhere") for rule in RULES.values()),
        "rule | alerts when | threshold | urgent | can be set for",
    )
    if others:
        table(
            ((one.name, one.scope or "everywhere", one.enabled, _number(one.threshold), one.urgent) for one in others),
            "rule | for | on | threshold | urgent",
        )


def _number(threshold: float | None) -> str | None:
    return None if threshold is None else f"{threshold:,.15g}"


def _threshold(rule: Rule) -> str:
    return f"{rule.threshold:,.15g} {rule.unit}" if rule.unit else ""


@rule_app.command("set")
def set_(  # noqa: PLR0917 - a person names options, never places them
    rule: RuleName,
    scope: Annotated[
        str, typer.Option("--for", metavar="PLACE", help="An integration or <integration>/<flow>; else everywhere.")
    ] = "",
    on: Annotated[bool | None, typer.Option("--on/--off", help="Whether it is watched.")] = None,
    threshold: Annotated[float | None, typer.Option(help="From when on it is too much.")] = None,
    urgent: Annotated[
        bool | None, typer.Option("--urgent/--no-urgent", help="Whether it is told in quiet hours, too.")
    ] = None,
    default: Annotated[bool, typer.Option("--default", help="Take back what was set for this place.")] = False,
    seen: Seen = "",
    as_json: Json = False,
) -> None:
    """Set a rule otherwise: on or off, its threshold, its urgency. It holds from the next look, within a minute."""
    place = scope or "everywhere"
    if default:
        if not on is threshold is urgent is None:
            raise ConfigurationError("--default takes back everything that was set; leave the other options away.")
        gone = do(setting_rules.reset, rule, scope, seen=seen)
        said = f"{rule} is as it comes, {place}." if gone else "Nothing was set."
    else:
        do(setting_rules.change, rule, scope, enabled=on, threshold=threshold, urgent=urgent, seen=seen)
        said = f"Set {rule} {f'for {scope}' if scope else 'everywhere'}."
    if as_json:
        emit({"set": do(setting_rules.list_)})
    else:
        say(said)


@channel_app.command("add")
def add(
    name: ChannelName,
    kind: Annotated[str, typer.Option(help=choice(list(KINDS)))],
    config: Annotated[
        str, typer.Option("--config", metavar="FILE", help="YAML with its keys; secrets as env:NAME, file:PATH or -.")
    ],
    as_json: Json = False,
) -> None:
    """Add a channel; its secrets go into the vault, and nobody sees them again."""
    added = do(channels.add, name, kind, _written(config))
    if as_json:
        emit(added)
    else:
        say(f"Added {name}; try it with `ml-connector alert channel test {name}`.")


def _written(path: str) -> dict[str, Any]:
    if path == "-" and sys.stdin.isatty():
        raise ConfigurationError("--config - reads the YAML from standard input; pipe it in.")
    return yaml_text.read(text_of(path), name="standard input" if path == "-" else path).data


@channel_app.command("list")
def list_channels(as_json: Json = False) -> None:
    """List the channels, what each hears, and whether it gets through."""
    found = do(channels.list_)
    if as_json:
        emit([{**vars(one), "seen": channels.version(one)} for one in found])
        return
    table(
        ((c.name, c.kind, _hears(c), short(c.sent_at), _trouble(c)) for c in found),
        "channel | kind | hears | last told | trouble",
        nothing="Nobody is told of alerts yet; add a channel with `ml-connector alert channel add`.",
    )


def _hears(channel: Channel) -> str:
    hearing = channel.hearing
    words = [", ".join(hearing.get("rules", ())) or "all rules"]
    words += [f"of {', '.join(hearing['integrations'])}"] if hearing.get("integrations") else []
    words += [f"next digest {short(channel.digest_at)}"] if channel.digest_at else []
    words += ["digest only"] if hearing.get("digest_only") else []
    words += [f"quiet {hearing['quiet']} ({hearing.get('timezone')})"] if hearing.get("quiet") else []
    return "; ".join(words)


def _trouble(channel: Channel) -> str:
    if channel.given_up:
        return f"{channel.given_up} given up: {channel.why}"
    return f"{channel.waiting} wait: {channel.why}" if channel.waiting else ""


@channel_app.command("change")
def change(
    name: ChannelName,
    config: Annotated[
        str, typer.Option("--config", metavar="FILE", help="YAML with all its keys; a secret that is left away stays.")
    ],
    seen: Seen = "",
    as_json: Json = False,
) -> None:
    """Set a channel otherwise, as a whole. Where a password would be shown to another server, give it again."""
    changed = do(channels.change, name, _written(config), seen=seen)
    if as_json:
        emit({"changed": changed})
    else:
        say(f"Changed {', '.join(changed)} of {name}." if changed else f"{name} is like that already.")


@channel_app.command("told")
def told(
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="The channel's name; else of all.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many lines.")] = 50,
    as_json: Json = False,
) -> None:
    """List what channels were told lately, and what they are still to be told, the newest first."""
    found = do(channels.told, name, most=limit)
    if as_json:
        emit(found)
        return
    table(
        (
            (one.channel, one.kind, one.about, one.status, short(one.sent_at or one.created_at), one.why)
            for one in found
        ),
        "channel | event | about | state | when | why not",
        nothing="Nobody was told of anything yet.",
    )


@channel_app.command("test")
def try_out(name: ChannelName, as_json: Json = False) -> None:
    """Send a test message to a channel now; exit code 1 or 2 with what is wrong."""
    do(channels.try_out, name, console="" if server() else load_settings().console_url)
    if as_json:
        emit({"sent": name, "at": dt.datetime.now(dt.UTC)})
    else:
        say(f"{name} took a test message; look whether it has arrived.")


@channel_app.command("remove")
def remove(name: ChannelName, as_json: Json = False) -> None:
    """Remove a channel; what it was still to be told is told to nobody."""
    do(channels.remove, name)
    if as_json:
        emit({"removed": name})
    else:
        say(f"Removed {name}.")
