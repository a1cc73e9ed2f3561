"""``ml-connector run``."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import typer

from connector.domain.errors import ConfigurationError
from connector.operations.work import runs, seeking
from connector.store.operator.runs import Filter
from workers.cli.following import follow, verdict
from workers.cli.reaching.doing import do
from workers.cli.seeking import Since, Until, say_if_more
from workers.cli.session import identifier
from workers.output import Json, emit, facts, say, table

app = typer.Typer(no_args_is_help=True, help="Executions of flows.")

RunId = Annotated[str, typer.Argument(metavar="RUN", help="The run's id.")]


@app.command("list")
def list_(  # noqa: PLR0917 - a person names options, never places them
    flow: Annotated[str | None, typer.Option(help="Only runs of this flow.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many, the newest first.")] = 20,
    on_demand: Annotated[bool, typer.Option("--on-demand", help="Reads of single documents, too.")] = False,
    since: Since = "",
    until: Until = "",
    as_json: Json = False,
) -> None:
    """List runs, the newest first."""
    period = seeking.sought(now=dt.datetime.now(dt.UTC), since=since, until=until)
    wanted = Filter(on_demand=on_demand, since=period.since, until=period.until)
    found, there = do(runs.listed, wanted, flow=flow, most=limit)
    if as_json:
        emit(found)
    else:
        table(
            (
                (
                    f"{r.id}\n{r.flow}",
                    f"{r.status}\n{r.reason}",
                    r.read,
                    r.new,
                    r.created_at,
                    r.error or r.warning or r.why,
                )
                for r in found
            ),
            "run | status | read | new | asked for | remark",
            nothing="No runs yet; start one with `ml-connector flow run`."
            if wanted == Filter(on_demand=on_demand)
            else "No runs then.",
        )
    say_if_more(found, there)


@app.command("show")
def show(run: RunId, as_json: Json = False) -> None:
    """Show a run and what has become of its records."""
    progress = do(runs.progress, identifier("run", run))
    if as_json:
        emit({"run": progress.run, "records": progress.counts})
        return
    facts({name.replace("_", " "): value for name, value in vars(progress.run).items()})
    table(progress.counts.items(), "records | number", nothing="It has made no records.")


@app.command("cancel")
def cancel(run: RunId, as_json: Json = False) -> None:
    """Read no further for a run; its records go on, and the next run reads from where the last one ended."""
    cancelled = do(runs.cancel, identifier("run", run))
    if as_json:
        emit(cancelled)
    else:
        say(f"Cancelled: it read {cancelled.read}, new {cancelled.new}; what became records goes on.")


@app.command("watch")
def watch(
    run: Annotated[
        str | None, typer.Argument(metavar="[RUN]", help="The run's id; the newest one when absent.")
    ] = None,
    timeout: Annotated[float, typer.Option(min=0, help="Give up after so many seconds; 0 is never.")] = 0,
    as_json: Json = False,
) -> None:
    """Follow a run and its records to their ends."""
    if run is None:
        newest, _ = do(runs.listed, Filter(), flow=None, most=1)
        if not newest:
            raise ConfigurationError("There is no run yet; start one with `ml-connector flow run`.")
        run_id = newest[0].id
    else:
        run_id = identifier("run", run)
    verdict(follow(run_id, timeout=timeout, as_json=as_json), as_json=as_json)
