"""Files that jobs made: in parts, each sealed by itself, so that nobody holds all of one in memory."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from connector.domain.errors import ConfigurationError
from connector.domain.identity import new_id
from connector.store.operator import jobs
from connector.store.operator.bindings import vault_of

if TYPE_CHECKING:
    from uuid import UUID

    from connector.store.operator.transaction import OperatorTransaction


def add(tx: OperatorTransaction, job: UUID, number: int, content: bytes) -> None:
    """Keep the next part; raises ConfigurationError where a person's data was erased since the job began."""
    if jobs.erased_since(tx, job):
        raise ConfigurationError(
            "A person's data was erased while this file was made, so it is not kept: make it anew."
        )
    part = new_id()
    tx.run(
        "INSERT INTO job_files (id, job_id, number, content) VALUES (:id, :job, :number, :content)",
        id=part,
        job=job,
        number=number,
        content=vault_of(tx).seal(zlib.compress(content), _identity(part)),
    )


def part(tx: OperatorTransaction, job: UUID, number: int) -> bytes | None:
    """One part; None behind the last."""
    row = tx.mapping(
        "SELECT id, content FROM job_files WHERE job_id = :job AND number = :number", job=job, number=number
    )
    return None if row is None else zlib.decompress(vault_of(tx).open(bytes(row["content"]), _identity(row["id"])))


def remove(tx: OperatorTransaction, job: UUID) -> None:
    """Forget what a job that did not come to its end had made."""
    tx.run("DELETE FROM job_files WHERE job_id = :job", job=job)


def forget(tx: OperatorTransaction) -> None:
    """Forget all of them, also of jobs under way: what has a hole is taken away by nobody."""
    tx.run("DELETE FROM job_files")


def _identity(part: UUID) -> str:
    return f"job_files:{part}:content"
