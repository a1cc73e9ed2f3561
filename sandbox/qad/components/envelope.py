"""The envelopes of coded components: ``data`` for reading, ``data`` with ``submitResult`` for saving."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from sandbox.qad.wire import Json, bare, encode

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from starlette.requests import Request

    from sandbox.qad.options import Options

Record = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One entry of submitResult.errors (or, for what QAD only warns about, of its warnings)."""

    message: str
    fieldName: str = ""  # noqa: N815  QAD's own spelling
    fieldValue: str = ""  # noqa: N815  likewise
    code: str = ""


def found(collection: str, records: Sequence[Record]) -> Json:
    """Return a GET. Nothing found is an empty collection with status 200, not a 404."""
    return Json({"data": {collection: list(records)}})


def saved(collection: str, records: Sequence[Record], warnings: Sequence[Problem] = ()) -> Json:
    """Return a POST that worked. Where QAD puts warnings is not known; a list beside the errors is assumed."""
    result = {"success": True, "errorSeverity": 0, "errors": [], "warnings": [asdict(one) for one in warnings]}
    return Json({"data": {collection: list(records)}, "submitResult": result})


def complained(problems: Sequence[Problem]) -> Json:
    """Return a POST that QAD refuses for business reasons: status 200, success false."""
    result = {"success": False, "errorSeverity": 3, "errors": [asdict(one) for one in problems]}
    return Json({"data": {}, "submitResult": result})


def posted(options: Options, collection: str, record: Record, warnings: Sequence[Problem] = ()) -> Json:
    """Return a posting that is in the books now: as it should be, or as the options want it told."""
    if options.post_and_complain:
        return complained([Problem(message=message) for message in options.post_and_complain])
    return saved(collection, [] if options.mute else [record], warnings)


def missing(record: Mapping[str, Any], fields: Iterable[str]) -> list[Problem]:
    """Complain about mandatory fields that are absent or blank."""
    return [
        Problem(message=f"Field is mandatory. ({name})", fieldName=name, code="MANDATORY")
        for name in fields
        if record.get(name) in (None, "")
    ]


def too_long(record: Mapping[str, Any], limits: Mapping[str, int]) -> list[Problem]:
    """Complain about text that does not fit its field."""
    return [
        Problem(
            message=f"The value is longer than {limit} characters. ({name})",
            fieldName=name,
            fieldValue=str(record[name]),
            code="LENGTH",
        )
        for name, limit in limits.items()
        if isinstance(record.get(name), str) and len(record[name]) > limit
    ]


def stale(record: Mapping[str, Any], current: Mapping[str, Any]) -> list[Problem]:
    """Complain when the record was read before somebody else saved it."""
    if record.get("concurrencyHash") == current["concurrencyHash"]:
        return []
    message = "The record has been changed by another user since it was read."
    return [Problem(message=message, fieldName="concurrencyHash", code="CONCURRENCY")]


def hashed(record: Record) -> Record:
    """Add the hash that a save must send back; it changes when anything in the record does."""
    content = {name: value for name, value in record.items() if name != "concurrencyHash"}
    return {**record, "concurrencyHash": hashlib.sha256(encode(content).encode()).hexdigest()[:32]}


def check_view(request: Request, urn: str) -> None:
    """Refuse a request without the component's own viewUri."""
    if request.query_params.get("viewUri") != urn:
        raise bare(400, "Invalid URI")


def amount(record: Mapping[str, Any], name: str) -> Decimal:
    """Read an amount; absent counts as zero, and what is no number is refused with 400."""
    value = record.get(name)
    if value in (None, ""):
        return Decimal(0)
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return Decimal(value)
    try:
        return Decimal(str(value))
    except InvalidOperation:
        raise bare(400, f"Cannot read a decimal from {name}.") from None


def day(record: Mapping[str, Any], name: str) -> date | None:
    """Read a date, with or without a time behind it; None when absent, 400 when it is none."""
    value = record.get(name)
    if value in (None, ""):
        return None
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        raise bare(400, f"Cannot read a date from {name}.") from None


def stamp(when: date | None) -> str | None:
    """Write a date as coded components do."""
    return None if when is None else f"{when:%Y-%m-%d}T00:00:00.000Z"


def housekeeping(*, uri: str, modified: datetime) -> Record:
    """Return the fields every coded record carries."""
    return {
        "uri": uri,
        "instanceURI": uri,
        "changeStatus": "2",
        "dataOperation": "",
        "disallowedActions": "",
        "disallowedActionsMessage": "",
        "isPredefaulted": False,
        "lastModifiedDate": stamp(modified.date()),
        "lastModifiedTime": modified.hour * 3600 + modified.minute * 60 + modified.second,
        "lastModifiedUser": "mfg",
        "concurrencyHash": "",
    }
