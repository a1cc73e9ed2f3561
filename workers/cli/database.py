"""``ml-connector db``."""

from __future__ import annotations

import logging
from contextlib import closing
from typing import TYPE_CHECKING

import typer

from connector.domain.errors import ConnectorError
from connector.operations.work import naming
from connector.store import identity, migrate
from workers.cli import backing_up, erasing, restoring, retaining
from workers.cli.batches import in_batches
from workers.cli.failing import FAILED
from workers.cli.owning import owner_settings
from workers.cli.session import current_operator
from workers.output import Json, complain, emit, remark, say

if TYPE_CHECKING:
    from collections.abc import Callable

    from connector.config.settings import Settings

_log = logging.getLogger(__name__)

app = typer.Typer(no_args_is_help=True, help="The ledger's database.")

#: since this revision records have summaries
_SUMMARIES = "0026"


@app.command("upgrade")
def upgrade(as_json: Json = False) -> None:
    """Bring the ledger's tables up to date; any number of processes may try at once.

    Where logs are JSON (`ML_CONNECTOR_LOG_FORMAT=json`) it says so in lines of a log.
    """
    settings = owner_settings()
    logs = settings.log_format == "json" and not as_json
    if logs:
        from connector.observability import begin  # noqa: PLC0415 - for those whose log it is

        begin(settings.log_level, settings.log_format)
    tell: Callable[[str], None] = _log.warning if logs else remark
    try:
        before, after = _upgraded(settings, tell)
    except ConnectorError as error:
        if not logs:
            raise
        _log.critical("ledger.not_upgraded", extra={"error": error.in_full})
        raise typer.Exit(FAILED) from None
    if as_json:
        emit({"before": before, "after": after})
    elif logs:
        _log.info("ledger.upgraded", extra={"before": before, "after": after})
    else:
        say(
            f"The ledger is at {after}."
            if before == after
            else f"The ledger went from {before or 'nothing'} to {after}."
        )
    if before is not None and before < _SUMMARIES <= str(after):
        tell("`ml-connector db fill-summaries` says of the records that are there what their documents are called.")


@app.command("fill-summaries")
def fill_summaries(as_json: Json = False) -> None:
    """Say of records of an earlier release what their documents are called, so that they are found by it.

    Ctrl-C stops after the batch it works on; the same command goes on later.
    """
    operator = current_operator()
    total, named, closed = naming.missing(operator), 0, 0
    with in_batches(naming.BATCH) as report, closing(naming.fill(operator)) as batches:
        for batch in batches:
            named, closed = named + batch.named, closed + batch.closed
            report("", named + closed, total)
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


def _upgraded(settings: Settings, tell: Callable[[str], None]) -> tuple[str | None, str | None]:
    url = settings.owner_url
    before = migrate.current(url)
    migrate.upgrade(url, login_url=settings.database_url, tell=tell)
    identity.settle(settings.database_url)
    return before, migrate.current(url)


for _command in (
    restoring.dump,
    restoring.restore,
    restoring.restored,
    retaining.retain,
    erasing.erase,
    backing_up.backup,
    backing_up.unseal,
):
    app.command(_command.__name__)(_command)
