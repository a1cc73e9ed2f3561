"""``ml-connector flow``."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import typer

from connector.domain.errors import ConfigurationError
from connector.domain.schedule import describe
from connector.domain.sentence import many
from connector.operations.setup import flow_detail, flows
from connector.operations.setup.references import text_of
from connector.operations.work import runs, times
from workers.cli.asking import Why  # noqa: TC001 - typer reads it when it starts
from workers.cli.following import follow, verdict, waiting
from workers.cli.reaching.doing import do
from workers.output import Json, console, emit, facts, remark, say, table
from workers.spelling import local, short

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connector.store.operator.flows import Flow

app = typer.Typer(no_args_is_help=True, help="One document type in one direction.")

FlowName = Annotated[str, typer.Argument(metavar="FLOW", help="<integration>/<flow>")]


def last_run(flow: Flow, *, remark: bool) -> str:
    """How the last run of a flow went, with what is to be said about it or with the hint that there is something."""
    if not flow.last_run_status:
        return ""
    went = f"{flow.last_run_status} {local(flow.last_run_at) if remark else short(flow.last_run_at)}"
    if not flow.last_run_remark:
        return went
    return f"{went}: {flow.last_run_remark}" if remark else f"{went}, see `flow show`"


@app.command("list")
def list_(
    integration: Annotated[str | None, typer.Option(help="Only the flows of this integration.")] = None,
    as_json: Json = False,
) -> None:
    """List flows and what they are doing."""
    found, older = do(flow_detail.list_, integration)
    if as_json:
        emit([{"full_name": f.full_name, **vars(f), "loaded_with_older_mapping": older.get(f.id, 0)} for f in found])
        return
    table(
        (
            (
                flow.full_name,
                "held" if flow.held_why else flow.enabled,
                describe(flow.schedule, flow.timezone),
                f"{flow.under_way} ({flow.waiting} wait)" if flow.waiting else flow.under_way,
                flow.dead,
                last_run(flow, remark=False),
            )
            for flow in found
        ),
        "flow | on | schedule | under way | dead | last run",
        nothing="No flows yet; `ml-connector integration add` makes those of its kind.",
    )
    for flow in found:
        if flow.id in older:
            say(f"{flow.full_name}: {': '.join(flows.loaded_otherwise(flow, older[flow.id]))}")


@app.command("show")
def show(flow: FlowName, as_json: Json = False) -> None:
    """Show a flow: schedule, options, next runs."""
    from connector import registry  # noqa: PLC0415 - for those who look into a flow

    detail = do(flow_detail.get, flow)
    found, older = detail.flow, detail.older
    coming = flows.preview(found, now=dt.datetime.now(dt.UTC), times=4)
    known = registry.flow(found.name)
    options = {name: found.options.get(name, offered.default) for name, offered in known.options.items()}
    unchecked, lacks = detail.unchecked, detail.lacks
    if as_json:
        shown = {"full_name": found.full_name, **vars(found), "options": options, "next_fires": coming[:3]}
        mapping = {"mapping_version": known.version, "loaded_with_older_mapping": older, "changes": known.changes}
        emit({**shown, **mapping, "unchecked": unchecked, "lacks": lacks})
        return
    facts(
        {
            "flow": found.full_name,
            "moves": f"{known.title}: {found.source} -> {found.target}",
            "enabled": found.enabled,
        }
        | ({"held": found.held_why} if found.held_why else {})
        | {
            "schedule": describe(found.schedule, found.timezone),
            "next run": found.next_due_at if found.enabled else "never: the flow is switched off",
            "would run at" if not found.enabled else "then": ", ".join(
                local(moment) for moment in _behind(found, coming)
            ),
            "has read until": found.cursor,
            "under way": found.under_way,
            "waiting": found.waiting,
            "dead letters": found.dead,
            "last run": last_run(found, remark=True),
            "mapping": known.version,
        }
        | ({} if known.sends else {"sends": "nothing: its records are for people, and for flows that wait for them"})
        | ({"sent otherwise": " ".join(known.changes)} if known.changes else {})
        | ({"not checked": " ".join(unchecked)} if unchecked else {})
        | ({"does without": " ".join(lacks)} if lacks else {})
    )
    table(
        ((name, value, known.options[name].help) for name, value in options.items()),
        "option | value | meaning",
        nothing="This flow has no options.",
    )
    if older:
        say(": ".join(flows.loaded_otherwise(found, older)))


def _behind(found: Flow, coming: Sequence[dt.datetime]) -> Sequence[dt.datetime]:
    """Three of the moments that its schedule names, behind the one that is told as the next."""
    due = found.next_due_at if found.enabled else None
    return [moment for moment in coming if due is None or moment > due][:3]


def _switch(flow: str, *, enabled: bool, as_json: bool) -> None:
    lacks = do(flow_detail.get, flow).lacks if enabled else ()
    for sentence in () if as_json else lacks:
        say(sentence)
    changed = do(flows.switch, flow, enabled=enabled)
    if as_json:
        emit({"full_name": changed.full_name, **vars(changed)} | ({"lacks": lacks} if enabled else {}))
    elif enabled:
        say(f"{flow} is on: next run {local(changed.next_due_at)}; `ml-connector flow run {flow}` starts one now.")
    else:
        under_way = many(changed.under_way, "record under way goes on", "records under way go on")
        say(f"{flow} is off; {under_way}.")


@app.command("enable")
def enable(flow: FlowName, as_json: Json = False) -> None:
    """Let a flow run by its schedule."""
    _switch(flow, enabled=True, as_json=as_json)


@app.command("disable")
def disable(
    flow: FlowName,
    hold: Annotated[bool, typer.Option("--hold", help="Records under way wait, too, until it is enabled.")] = False,
    why: Annotated[str | None, typer.Option(help="With --hold: why; kept in the audit trail.")] = None,
    as_json: Json = False,
) -> None:
    """Start no more runs by schedule; records under way go on, or with --hold wait."""
    if not hold:
        if why is not None:
            raise ConfigurationError("--why goes with --hold: a flow that is only switched off needs no reason.")
        _switch(flow, enabled=False, as_json=as_json)
        return
    held = do(flows.hold, flow, why or "")
    if as_json:
        emit({"full_name": held.full_name, **vars(held)})
    else:
        under_way = many(held.under_way, "record under way waits", "records under way wait")
        say(f"{flow} is off, and {under_way} until `ml-connector flow enable {flow}`.")


@app.command("schedule")
def schedule(
    flow: FlowName,
    when: Annotated[str, typer.Argument(metavar="WHEN", help='A cron line, "@daily" or "every 5m", in quotes.')],
    timezone: Annotated[
        str | None, typer.Option(help="IANA name such as Europe/Berlin; stays as it is when absent.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Change when a flow runs; what lies in the past is not caught up with."""
    changed = do(flows.set_schedule, flow, when, timezone)
    if as_json:
        emit({"full_name": changed.full_name, **vars(changed)})
        return
    coming = flows.preview(changed, now=dt.datetime.now(dt.UTC))
    off = "" if changed.enabled else " once it is enabled"
    say(f"{flow} runs {describe(changed.schedule, changed.timezone)}{off}: {', '.join(local(m) for m in coming)} ...")


@app.command("run")
def run(  # noqa: PLR0917 - a person names options, never places them
    flow: FlowName,
    wait: Annotated[bool, typer.Option("--wait", help="Follow the run and its records to their ends.")] = False,
    dry: Annotated[
        bool, typer.Option("--dry-run", help="Read and map, write nothing, show what would happen.")
    ] = False,
    since: Annotated[str, typer.Option(metavar="T", help="Only documents changed since: 2026-11-01 or 3d.")] = "",
    limit: Annotated[int | None, typer.Option(min=1, metavar="N", help="Stop after N documents.")] = None,
    timeout: Annotated[float, typer.Option(min=0, help="With --wait: give up after so many seconds; 0 is never.")] = 0,
    as_json: Json = False,
) -> None:
    """Run a flow now, whatever its schedule; with --wait, exit code 1 when the run failed or documents did."""
    moment = times.read(since, now=dt.datetime.now(dt.UTC)) if since else None
    if dry:
        if wait:
            raise ConfigurationError("--dry-run does nothing that could be waited for; leave --wait away.")
        from workers.cli.rehearsing import rehearse  # noqa: PLC0415 - no other run maps anything here

        rehearse(flow, since=moment, limit=limit, as_json=as_json)
        return
    started = do(runs.start, flow, since=moment, limit=limit)
    if not wait:
        if as_json:
            emit(started)
        else:
            already = " already" if started.again else ""
            say(f"Queued{already} as run {started.run.id}; follow it with `ml-connector run watch {started.run.id}`.")
            if started.run.why:
                remark(waiting(started.run))
        return
    if not as_json:
        console(stderr=True).print(f"Run {started.run.id}")
    verdict(follow(started.run.id, timeout=timeout, as_json=as_json), as_json=as_json)


@app.command("reapply")
def reapply(  # noqa: PLR0917 - a person names options, never places them
    flow: FlowName,
    since: Annotated[str, typer.Option(metavar="T", help="Only what was loaded since: 2026-11-01 or 3d.")] = "",
    dry: Annotated[bool, typer.Option("--dry-run", help="Map, write nothing, show what would be sent.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask first; without a terminal nobody is.")] = False,
    why: Why = "",
    as_json: Json = False,
) -> None:
    """Map what the target has again, with today's codes, options and mapping, and send what differs.

    Ctrl-C stops after the batch it works on; the same command goes on later.
    """
    moment = times.read(since, now=dt.datetime.now(dt.UTC)) if since else None
    from workers.cli import reapplying  # noqa: PLC0415 - likewise

    reapplying.reapply(flow, since=moment, why=why, dry=dry, yes=yes, as_json=as_json)


@app.command("rehearse")
def rehearse(
    flow: FlowName,
    codes: Annotated[str, typer.Option(metavar="FILE", help="Edited codes, as `crosswalk import` reads them.")] = "",
    options: Annotated[
        str, typer.Option(metavar="FILE", help="Edited options, as `apply` has them below `options`; - is stdin.")
    ] = "",
    since: Annotated[str, typer.Option(metavar="T", help="What was read since: 2026-11-01 or 3d.")] = "7d",
    as_json: Json = False,
) -> None:
    """Map what was read with edited codes or options, write nothing, and show what would become what else.

    Exit code 1 when a document that is sent now would not be.
    """
    moment = times.read(since, now=dt.datetime.now(dt.UTC))
    from workers.cli import rehearsing_rules  # noqa: PLC0415 - likewise

    rehearsing_rules.rehearse(flow, since=moment, codes=codes, options=options, as_json=as_json)


@app.command("reread")
def reread(
    flow: FlowName,
    documents: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ID]...", help="Keys of documents, or their source's own ids of them."),
    ] = None,
    file: Annotated[str | None, typer.Option("--from", metavar="FILE", help="Ids, one a line; - is stdin.")] = None,
    as_json: Json = False,
) -> None:
    """Read single documents again, also those their source lists no more; what is unchanged is not sent again."""
    if bool(documents) == (file is not None):
        raise ConfigurationError("Name the documents to read again: by ID, or one a line with --from FILE.")
    keys = documents or text_of(file or "").splitlines()
    queued = do(runs.reread, flow, keys)
    if as_json:
        emit({"queued": queued})
    else:
        reads = many(queued, "read of a single document", "reads of single documents")
        say(f"Queued {reads}; `ml-connector run list --on-demand` shows them.")
        newest, _ = do(runs.listed, runs.Filter(on_demand=True), flow=flow, most=1)
        for one in newest:
            if one.why:
                remark(waiting(one))
