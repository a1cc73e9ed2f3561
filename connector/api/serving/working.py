"""What takes longer than an answer: it is begun, and the answer says where to look how far it is."""

from __future__ import annotations

import dataclasses
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from connector.api.models.changes import Job
from connector.operations import jobs

if TYPE_CHECKING:
    from uuid import UUID

    from starlette.responses import Response

    from connector.api.serving.callers import Caller
    from connector.operations.jobs import Work

PLACE = "/api/v1/jobs"
#: for routes that begin one
BEGINS: dict[str, Any] = {"status_code": HTTPStatus.ACCEPTED, "response_description": "It is under way; see Location."}


def begun(asks: Caller, response: Response, kind: str, about: str, work: Work) -> Job:
    """Begin a job, and say where it is."""
    return under_way(asks, response, jobs.begin(asks.operator, f"api {kind}", about, work))


def under_way(asks: Caller, response: Response, number: UUID) -> Job:
    """Say where a job is that an operation began."""
    response.headers["Location"] = f"{PLACE}/{number}"
    return Job.told(_untold(jobs.get(asks.operator, number)))


def looked_at(asks: Caller, known: Any, *, told: bool) -> Job:  # noqa: ANN401 - the ledger's own
    """A job, with what came of it where that may be told."""
    found = Job.told(_untold(known))
    return found.model_copy(update={"result": jobs.result(asks.operator, known)}) if told else found


def _untold(known: Any) -> dict[str, Any]:  # noqa: ANN401 - likewise
    return {**vars(known), "result": None}


def plain(value: Any) -> Any:  # noqa: ANN401 - JSON holds anything
    """Turn values of the domain into what JSON can hold."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value
