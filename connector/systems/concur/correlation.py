"""Correlation ids: ours goes with every call, theirs comes with every answer, and SAP's support asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

if TYPE_CHECKING:
    from connector.domain.errors import ConnectorError
    from connector.http.request import Answer

HEADER = "concur-correlationid"
_LONGEST = 64


def new_id() -> str:
    """An id for one call."""
    return str(uuid4())


def theirs(answer: Answer, ours: str) -> str:
    """The id under which Concur knows a call: the one it answered with, else the one it was sent."""
    given = answer.headers.get(HEADER, "").strip()
    plain = "".join(sign for sign in given if sign.isalnum() or sign in "-_.:")
    return plain[:_LONGEST] or ours


def traced(error: ConnectorError, correlation: str) -> ConnectorError:
    """The same error with the id in its sentence and its evidence; one that has an id keeps it."""
    if "correlation" in error.evidence:
        return error
    sentence = f"{error.message.removesuffix('.')} (correlation id {correlation})."
    return type(error)(sentence, **error.evidence, correlation=correlation)
