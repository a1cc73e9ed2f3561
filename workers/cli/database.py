"""``ml-connector db``."""

from __future__ import annotations

import typer

from connector.config import load_settings
from connector.operations.work import naming
from connector.store import identity, migrate
from workers.cli import restoring
from workers.cli.batches import in_batches
from workers.cli.failing import FAILED
from workers.cli.session import current_operator
from workers.output import Json, complain, emit, remark, say

app = typer.Typer(no_args_is_help=True, help="The ledger's database.")

#: since this revision records have summaries
_SUMMARIES = "0026"


@app.command("upgrade")
def upgrade(as_json: Json = False) -> None:
    """Bring the ledger's tables up to date; any number of processes may try at once."""
    settings = load_settings(needs=("database_url",))
    url = settings.owner_url
    before = migrate.current(url)
    migrate.upgrade(url, login_url=settings.database_url, tell=remark)
    identity.settle(settings.database_url)
    after = migrate.current(url)
    if as_json:
        emit({"before": before, "after": after})
    else:
        say(
            f"The ledger is at {after}."
            if before == after
            else f"The ledger went from {before or 'nothing'} to {after}."
        )
    if before is not None and before < _SUMMARIES <= str(after):
        remark("`ml-connector db fill-summaries` says of the records that are there what their documents are called.")


@app.command("fill-summaries")
def fill_summaries(as_json: Json = False) -> None:
    """Say of records of an earlier release what their documents are called, so that they are found by it.

    Ctrl-C stops after the batch it works on; the same command goes on later.
    """
    operator = current_operator()
    total, named, closed = naming.missing(operator), 0, 0
    batches = in_batches(
        naming.fill(operator), lambda one: (one.named, one.named + one.closed), total=total, size=naming.BATCH
    )
    for batch in batches:
        named, closed = named + batch.named, closed + batch.closed
    if as_json:
        emit({"named": named, "closed": closed})
        return
    say(f"Named {named} records." if named or closed else "Every record has its summary.")
    if closed:
        complain(
            f"{closed} record{' stays' if closed == 1 else 's stay'} without: what is sealed there cannot be opened, "
            "or is another document's; `ml-connector doctor` and `ml-connector audit verify` say more."
        )
        raise typer.Exit(FAILED)


for _command in (restoring.dump, restoring.restore, restoring.restored):
    app.command(_command.__name__)(_command)
