"""``ml-connector db``."""

from __future__ import annotations

import typer

from connector.config import load_settings
from connector.store import identity, migrate
from workers.cli import restoring
from workers.output import Json, emit, remark, say

app = typer.Typer(no_args_is_help=True, help="The ledger's database.")


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


for _command in (restoring.dump, restoring.restore, restoring.restored):
    app.command(_command.__name__)(_command)
