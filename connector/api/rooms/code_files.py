"""``/integrations/{name}/codes/import``: a CSV file of codes, what it would do, and then that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from connector.api.models.changes import Job
from connector.api.models.codes import ChangedCode, Code, CodeFile, CodePreview, CodesToImport
from connector.api.serving.asked import Asks
from connector.api.serving.working import BEGINS, begun
from connector.domain.role import Role
from connector.operations.setup import importing_codes
from connector.operations.setup.importing_codes import File

if TYPE_CHECKING:
    from connector.api.serving.service import Service
    from connector.operations import jobs

_TAGS = ["codes"]
_ONE = "/integrations/{name}/codes/import"


def add(service: Service) -> None:
    """Add these resources."""

    @service.changes("POST", f"{_ONE}/preview", role=Role.OPERATOR, tags=_TAGS)
    def preview_import(asks: Asks, name: str, asked: CodeFile) -> CodePreview:
        """Say what a file would add, change and remove; nothing is written."""
        found = importing_codes.preview(asks.operator, name, _file(asked))
        return CodePreview(
            added=[Code.told(one) for one in found.added],
            changed=[ChangedCode(code=Code.told(one), before=before) for one, before in found.changed],
            removed=[Code.told(one) for one in found.removed],
            unchanged=found.unchanged,
            seen=found.mark,
        )

    @service.changes("POST", _ONE, role=Role.OPERATOR, tags=_TAGS, **BEGINS)
    def import_codes(asks: Asks, name: str, asked: CodesToImport, response: Response) -> Job:
        """Add and change the rows of a file, all or none; records that wait for them go on.

        The job's result has `created`, `changed`, `unchanged`, `released` and `removed`. Mistakes in the file are
        answered at once.
        """
        file, seen = _file(asked), asked.seen
        importing_codes.require(importing_codes.preview(asks.operator, name, file), seen)

        def work(job: jobs.Job) -> dict[str, Any]:
            filled, removed = importing_codes.import_csv(
                asks.operator,
                name,
                file,
                why=asked.why,
                seen=seen,
                report=lambda what, done, of: job.say(done, of, what),
            )
            return {**vars(filled), "removed": removed}

        return begun(asks, response, "import codes", f"Import codes of {name} from {asked.name}", work)


def _file(asked: CodeFile) -> File:
    return File(text=asked.text, name=asked.name, alone=asked.alone)
