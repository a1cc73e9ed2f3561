"""``ml-connector db dump``, ``db restore`` and ``db restored``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from connector.config import PREFIX, load_settings, read_settings
from connector.config.local_stack import of_somebody_else, running_stack
from connector.domain.errors import ConfigurationError
from connector.domain.sentence import many
from connector.embedded import dumping, roles
from connector.embedded.postgres import EmbeddedPostgres
from connector.operations.health import restoring
from connector.operations.operator import Operator
from connector.store import migrate
from workers.cli.session import actor, build, current_operator
from workers.output import Json, emit, say, table
from workers.spelling import local

if TYPE_CHECKING:
    from connector.config.settings import Settings
    from connector.operations.health.restoring import Restored

Backup = Annotated[Path, typer.Argument(metavar="FILE", help="The backup.")]


def dump(file: Backup, as_json: Json = False) -> None:
    """Back up the ledger of the PostgreSQL that `up` runs, while it runs."""
    settings = _own_server("`ml-connector db backup DIRECTORY` backs it up")
    stack = running_stack(settings.data_dir)
    if stack is None or "database_url" not in stack.settings:
        raise ConfigurationError(
            of_somebody_else(settings.data_dir)
            or f"`db dump` backs up the PostgreSQL of `ml-connector up`, which does not run on {settings.data_dir}: "
            f"start it there. One of your own is named in {PREFIX}DATABASE_URL, and backed up by "
            "`ml-connector db backup DIRECTORY`."
        )
    dumping.dump(stack.settings["database_url"], file.absolute())
    if as_json:
        emit({"file": str(file)})
    else:
        say(f"Wrote {file}. Keep the master keys of {settings.data_dir} with it, but not in the same place.")


def restore(file: Backup, as_json: Json = False) -> None:
    """Put a backup in the place of the ledger that `up` works on, and make it fit to go on; `up` must not run."""
    from connector.embedded.stack import postgres_of  # noqa: PLC0415 - no other command runs servers

    settings = _own_server("use its pg_restore, then `ml-connector db restored`")
    with EmbeddedPostgres(postgres_of(settings.data_dir)) as server:
        before = dumping.restore(server.url(), file.absolute())
        migrate.upgrade(server.url(user=roles.OWNER), login_url=server.url())
        settings = settings.beside_its_database()
        application = build(settings.model_copy(update={"database_url": server.url()}))
        try:
            found = restoring.restored(Operator(application=application, actor=actor()))
        finally:
            application.close()
    if not as_json:
        say(f"The ledger of before is kept as the database {before}.")
    _show(found, as_json=as_json)


def restored(as_json: Json = False) -> None:
    """Make a ledger that was restored from a backup fit to go on, before anything is started; upgrades it, too."""
    settings = load_settings()
    migrate.upgrade(settings.owner_url, login_url=settings.database_url)
    _show(restoring.restored(current_operator()), as_json=as_json)


def _own_server(otherwise: str) -> Settings:
    """Settings without a PostgreSQL of one's own; ``otherwise`` says what to do with one."""
    settings = read_settings()
    if settings.database_url:
        raise ConfigurationError(
            f"{PREFIX}DATABASE_URL names a PostgreSQL of your own: {otherwise}; docs/operations.md has the commands."
        )
    return settings


def _show(found: Restored, *, as_json: bool) -> None:
    if as_json:
        emit(found)
        return
    anew = many(found.records, "document begins", "documents begin")
    runs = many(found.runs, "run reads", "runs read")
    say(
        f"This ledger ends at {local(found.ends_at)}. {anew} anew: sources and targets are asked before anything is "
        f"sent. {runs} from the beginning."
    )
    if found.told_sources:
        table(
            ((flow, f"ml-connector flow reread {flow} --from FILE") for flow in found.told_sources),
            "its source lists no more what it was told since | give it the ids that the logs name since then",
        )
    if found.held:
        table(
            ((flow, f"ml-connector flow enable {flow}") for flow in found.held),
            "held: its target cannot be asked what it got since | once you have looked there, let it go on",
        )
    if found.posted_to:
        say(
            f"What was posted to {', '.join(found.posted_to)} since then is not here, and whoever posted it believes "
            "it is: have it sent once more."
        )
