"""How these services complain: ``{error, httpStatus, path, timestamp, validationErrors}``."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

from sandbox.concur.wire import RefusedError, answer

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


def complaint(request: Request, status: int, sentence: str) -> Response:
    """Return a complaint."""
    return answer(body(request, status, sentence), status=status)


def body(request: Request, status: int, sentence: str, *validations: str) -> dict[str, object]:
    """Build a complaint; each of ``validations`` is what is wrong with one field."""
    known = HTTPStatus(status)
    return {
        "error": {"id": str(uuid.uuid4()), "message": sentence},
        "httpStatus": f"{known.value} {known.name}",
        "path": request.url.path,
        "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "validationErrors": [{"source": "validation", "message": one} for one in validations],
    }


def refusal(request: Request, status: int, sentence: str, *validations: str) -> RefusedError:
    """Refuse with a complaint."""
    return RefusedError(answer(body(request, status, sentence, *validations), status=status))
