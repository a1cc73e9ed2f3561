"""Jobs: what takes longer than somebody waits for a page, done by a process that says how far it is."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from connector.domain.errors import UnknownName
from connector.domain.identity import first_id, new_id
from connector.store.operator import audit, erasures
from connector.store.postgres.text import storable

if TYPE_CHECKING:
    from uuid import UUID

    from connector.store.operator.transaction import OperatorTransaction

#: a process that was not heard of for so long does it no more
SILENT = dt.timedelta(seconds=20)
#: what has ended is kept for so long, and of one person so many with so many bytes of what came of them
_KEPT, MOST, MOST_BYTES = dt.timedelta(days=7), 200, 1_000_000_000
_LONGEST = 2000
_FORGOTTEN = "What came of it is not kept: a person's data was erased meanwhile. Begin it again."

_COLUMNS = """
id, kind, about, place, actor, done, "of", said, stopped_by, ended_at, error, refused, result, created_at,
CASE WHEN outcome <> '' THEN outcome WHEN seen_at < clock_timestamp() - CAST(:silent AS interval) THEN 'broken off'
     WHEN stopped_by <> '' THEN 'stopping' ELSE 'running' END AS status
"""


_PERSON = "split_part({}, ' (', 1)"
_FORGET = f"""
DELETE FROM jobs WHERE coalesce(ended_at, seen_at) < now() - CAST(:kept AS interval) OR id IN (
    SELECT id FROM (
        SELECT j.id, row_number() OVER newest AS number, sum(coalesce(octet_length(j.result), 0) + coalesce((
               SELECT sum(octet_length(f.content)) FROM job_files f WHERE f.job_id = j.id), 0)) OVER newest AS bytes
          FROM jobs j WHERE {_PERSON.format("j.actor")} = {_PERSON.format(":actor")}
           AND (j.ended_at IS NOT NULL OR j.seen_at < clock_timestamp() - CAST(:silent AS interval))
        WINDOW newest AS (ORDER BY j.id DESC)) theirs
     WHERE number > :most OR bytes > :bytes)
"""  # noqa: S608  constant parts only


@dataclass(frozen=True, kw_only=True)
class Job:
    """One of them, as it was looked at."""

    id: UUID
    kind: str
    about: str
    place: str
    actor: str
    done: int
    of: int | None
    said: str
    stopped_by: str
    #: running, stopping, done, stopped, failed, or broken off: its process is gone
    status: str
    created_at: dt.datetime
    ended_at: dt.datetime | None
    error: str
    #: whether it failed because what was asked for cannot be done as things are
    refused: bool
    #: sealed
    result: bytes | None

    @property
    def under_way(self) -> bool:
        """Whether a process works on it."""
        return self.status in {"running", "stopping"}

    @property
    def person(self) -> str:
        """Who began it."""
        return person(self.actor)


def person(actor: str) -> str:
    """Whose a job is: ``anna`` of ``operator:anna (console)`` and of ``operator:anna (API, token nightly)``."""
    return actor.removeprefix("operator:").partition(" (")[0]


def begin(
    tx: OperatorTransaction, *, kind: str, about: str, place: str, most: int = MOST, most_bytes: int = MOST_BYTES
) -> UUID:
    """Write one down that begins now, and forget those that ended long ago, or before as many of the same person."""
    job = new_id()
    erasures.moment(tx)
    tx.run(_FORGET, kept=_KEPT, silent=SILENT, actor=tx.actor, most=most, bytes=most_bytes)
    tx.run(
        "INSERT INTO jobs (id, kind, about, place, actor) VALUES (:id, :kind, :about, :place, :actor)",
        id=job,
        kind=kind,
        about=storable(about[:_LONGEST]),
        place=storable(place[:_LONGEST]),
        actor=tx.actor,
    )
    return job


def seen(tx: OperatorTransaction, job: UUID, *, done: int, of: int | None, said: str) -> bool:
    """Say how far it is; whether it is to go on."""
    row = tx.mapping(
        """
        UPDATE jobs SET done = :done, "of" = :of, said = :said, seen_at = clock_timestamp()
         WHERE id = :id AND ended_at IS NULL RETURNING stopped_by
        """,
        id=job,
        done=done,
        of=of,
        said=storable(said[:_LONGEST]),
    )
    return row is not None and not row["stopped_by"]


def end(
    tx: OperatorTransaction,
    job: UUID,
    outcome: str,
    *,
    error: str = "",
    refused: bool = False,
    result: bytes | None = None,
) -> None:
    """Write down what came of it; nothing of that where a person's data was erased meanwhile, which it may quote."""
    said = _FORGOTTEN if result is not None and erased_since(tx, job) else ""
    tx.run(
        """
        UPDATE jobs SET outcome = :outcome, error = :error, refused = :refused, result = :result,
               ended_at = clock_timestamp(), said = coalesce(nullif(:said, ''), said)
         WHERE id = :id AND ended_at IS NULL
        """,
        id=job,
        outcome=outcome,
        refused=refused,
        error=storable(error[:_LONGEST]),
        result=None if said else result,
        said=said,
    )


def erased_since(tx: OperatorTransaction, job: UUID) -> bool:
    """Whether a person's data was erased since it began; also where it is not known any more."""
    row = tx.mapping("SELECT created_at FROM jobs WHERE id = :id", id=job)
    return row is None or erasures.since(tx, row["created_at"])


def stop(tx: OperatorTransaction, job: UUID) -> bool:
    """Ask that it stops; whether it was under way. Raises UnknownName."""
    asked = "UPDATE jobs SET stopped_by = :by WHERE id = :id AND ended_at IS NULL RETURNING about"
    row = tx.mapping(asked, id=job, by=tx.actor)
    if row is None:
        get(tx, job)
        return False
    audit.note(tx, f"job:{job}", "operator.stopped_job", {"about": row["about"]})
    return True


def get(tx: OperatorTransaction, job: UUID) -> Job:
    """One of them; raises UnknownName."""
    row = tx.mapping(f"SELECT {_COLUMNS} FROM jobs WHERE id = :id", id=job, silent=SILENT)  # noqa: S608 - ours
    if row is None:
        raise UnknownName(
            f"There is no job {job}: one that ended is kept for {_KEPT.days} days, and of each person the newest "
            f"{MOST} with {MOST_BYTES // 1_000_000_000} GB."
        )
    return _job(row)


def list_(tx: OperatorTransaction, most: int) -> list[Job]:
    """The newest first."""
    query = f"SELECT {_COLUMNS} FROM jobs ORDER BY id DESC LIMIT :most"  # noqa: S608 - ours
    return [_job(row) for row in tx.mappings(query, most=most, silent=SILENT)]


def latest(tx: OperatorTransaction, *, kind: str, about: str, since: dt.datetime) -> Job | None:
    """The newest of this kind about the same that was begun since; None where there is none."""
    row = tx.mapping(
        f"SELECT {_COLUMNS} FROM jobs WHERE id >= :first AND kind = :kind AND about = :about ORDER BY id DESC LIMIT 1",  # noqa: S608 - ours
        first=first_id(since),
        kind=kind,
        about=storable(about[:_LONGEST]),
        silent=SILENT,
    )
    return None if row is None else _job(row)


def _job(row: dict[str, Any]) -> Job:
    return Job(**{**row, "result": None if row["result"] is None else bytes(row["result"])})
