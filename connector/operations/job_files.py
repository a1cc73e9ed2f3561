"""Files that take longer to make than somebody waits: a job makes them, and they are taken away from there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from connector.domain.errors import ConfigurationError, ConnectorError, UnknownName
from connector.operations import jobs, spreadsheet, workbook
from connector.store import operator as ledger
from connector.store.operator.jobs import MOST_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from uuid import UUID

    from connector.operations.operator import Operator

#: how what came of it is drawn
KIND = "file"
#: kinds of jobs that may make one, too
BESIDE = ("api reconcile",)
#: formats of tables, with their media types
FORMATS = {"csv": "text/csv", "xlsx": workbook.MEDIA_TYPE}
_PART, _STEP = 1024 * 1024, 1000


@dataclass(frozen=True, kw_only=True)
class File:
    """A file, in pieces that are made as they are read."""

    name: str
    media_type: str
    content: Iterable[bytes]


def table(
    name: str, kind: str, columns: Sequence[str], rows: Iterable[Sequence[object]], widths: Sequence[int] = ()
) -> File:
    """A table as a file of this kind (``FORMATS``); its rows are read as the file is."""
    content: Iterable[bytes] = (line.encode() for line in spreadsheet.lines(columns, rows))
    if kind == "xlsx":
        content = workbook.parts(columns, rows, widths=widths)
    return File(name=f"{name}.{kind}", media_type=FORMATS[kind], content=content)


def counted(job: jobs.Job | None, rows: Iterable[Sequence[object]]) -> Iterator[Sequence[object]]:
    """The same rows, while the job, if it is one, says how many there are, and can be stopped."""
    for number, row in enumerate(rows, 1):
        if job is not None and number % _STEP == 0:
            job.say(number, None, "rows written")
        yield row


def begin(operator: Operator, about: str, make: Callable[[jobs.Job], File], *, place: str) -> UUID:
    """Begin to make a file."""

    def work(job: jobs.Job) -> Mapping[str, Any]:
        job.say(0, None, "Counting")
        return keep(operator, job, make(job))

    return jobs.begin(operator, KIND, about, work, place=place)


def keep(operator: Operator, job: jobs.Job, file: File) -> Mapping[str, Any]:
    """Keep a file with a job; returns what its result says of it: all of it, or below ``file`` where it has more."""
    try:
        size = _keep(operator, job, file.content)
    except BaseException:
        with operator.transaction() as tx:
            ledger.job_files.remove(tx, job.id)
        raise
    return {"name": file.name, "media_type": file.media_type, "bytes": size}


def read(operator: Operator, job: UUID) -> File:
    """The file that a job has made; raises UnknownName where it made none."""
    known = jobs.get(operator, job)
    result = jobs.result(operator, known) if known.kind in {KIND, *BESIDE} else None
    made = result if result is None or known.kind == KIND else result.get("file")
    if made is None:
        raise UnknownName(f"Job {job} has made no file" + (", it is under way." if known.under_way else "."))
    return File(name=made["name"], media_type=made["media_type"], content=_parts(operator, job, made["bytes"]))


def _keep(operator: Operator, job: jobs.Job, content: Iterable[bytes]) -> int:
    waiting, size, number = bytearray(), 0, 0
    for piece in content:
        waiting += piece
        if size + len(waiting) > MOST_BYTES:
            raise ConfigurationError(
                f"This file would be larger than {MOST_BYTES // 1_000_000_000} GB, the most that is kept for a person: "
                "choose less, for example fewer days."
            )
        if len(waiting) >= _PART:
            _add(operator, job, number, bytes(waiting))
            size, number = size + len(waiting), number + 1
            waiting.clear()
    _add(operator, job, number, bytes(waiting))
    return size + len(waiting)


def _add(operator: Operator, job: jobs.Job, number: int, part: bytes) -> None:
    job.say(job.told.done, None, job.told.said)
    operator.transact(lambda tx: ledger.job_files.add(tx, job.id, number, part))


def _parts(operator: Operator, job: UUID, size: int) -> Iterator[bytes]:
    number, left = 0, size
    while left:
        with operator.transaction() as tx:
            part = ledger.job_files.part(tx, job, number)
        if part is None:  # whoever takes it away must not take this for the end
            raise ConnectorError(f"The file of job {job} is not there as a whole any more: make it anew.")
        yield part
        number, left = number + 1, left - len(part)
