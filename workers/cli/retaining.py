"""``ml-connector db retain``."""

from __future__ import annotations

from connector.domain.sentence import many
from connector.operations.health import retaining
from workers.cli.owning import owner, owner_settings
from workers.cli.progressing import progressing
from workers.output import Json, emit, remark, say


def retain(as_json: Json = False) -> None:
    """Remove documents and records that are older than they are to be kept, while everything runs.

    Ctrl-C or a kill loses nothing: the same command goes on with the rest.
    """
    settings = owner_settings()
    with progressing(quiet=as_json) as report:
        found = retaining.retain(
            owner(settings),
            payload_days=settings.keep_documents_days,
            record_days=settings.keep_records_days,
            report=report,
        )
    if as_json:
        emit(found)
        return
    if not settings.keep_documents_days:
        say("Everything is kept: ML_CONNECTOR_KEEP_DOCUMENTS_DAYS and ML_CONNECTOR_KEEP_RECORDS_DAYS are not set.")
        return
    months = f" of {', '.join(found.months)}" if found.months else ""
    documents, records = many(found.documents, "document", "documents"), many(found.records, "record", "records")
    say(f"Removed {documents}{months}, {records} and {many(found.runs, 'run', 'runs')}.")
    if found.messages:
        say(f"Removed what {many(found.messages, 'message', 'messages')} of other systems said.")
    if found.needed:
        say(f"{found.needed} documents of those months stay: their records are under way, or dead letters are open.")
    if found.busy:
        remark(f"Somebody has documents of {', '.join(found.busy)} open, a backup for instance: they go the next time.")
