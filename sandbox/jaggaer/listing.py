"""The answer envelopes of the two product modules behind J1P, and their paging: a 1-based ``start``, no page size.

Indirect (``ji``) answers the return code as a number with an empty message; Advantage (``ja``) as a string with "OK".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sandbox.jaggaer.shape import RefusedError
from sandbox.jaggaer.wire import answer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from sandbox.jaggaer.options import Options

REFUSED: Final = 2
WARNED: Final = 1
_PREFIX: Final = "operation not completed due to error as detailed in the returned message: "


def ji(more: Mapping[str, object], *, code: int = 0, message: str = "") -> Response:
    """Return in the manner of Indirect."""
    return answer({"returnCode": code, "returnMessage": message, **more})


def ja(more: Mapping[str, object], *, code: int = 0, message: str = "OK") -> Response:
    """Return in the manner of Advantage: even the return code is a string."""
    return answer({"returnCode": str(code), "returnMessage": message, **more})


def ji_refusal(reason: object) -> Response:
    """Refuse in the manner of Indirect: business errors ride on HTTP 200."""
    return ji({}, code=REFUSED, message=f"{_PREFIX}{reason}")


def ji_duplicate(reason: object, options: Options) -> Response:
    """Refuse what is there already, in whichever of the ways that nobody has published."""
    message = f"{_PREFIX}{options.duplicate_words or reason}"
    return answer({"returnCode": REFUSED, "returnMessage": message}, status=options.duplicate_status)


def ja_refusal(reason: object) -> Response:
    """Refuse in the manner of Advantage."""
    return ja({}, code=REFUSED, message=f"{_PREFIX}{reason}")


def page(
    request: Request, options: Options, found: Sequence[Any], *, write: Callable[[Any], object]
) -> tuple[dict[str, int], list[object]]:
    """Cut the page that ``start`` asks for: the counters of the envelope, and the rows as written.

    Raises RefusedError when ``start`` is no position. A page may come short of the usual size before the end is
    reached (option ``short_pages``): only the counters say where the end is.
    """
    asked = request.query_params.get("start", "1")
    if not asked.isascii() or not asked.isdigit() or int(asked) < 1:
        raise RefusedError(f"start must be a position of 1 or more, not {asked}.")
    start = int(asked)
    size = max(1, options.page_size // 2) if options.short_pages and start > 1 else options.page_size
    rows = [write(row) for row in found[start - 1 : start - 1 + size]]
    return {"totRecords": len(found), "returnedRecords": len(rows), "startAt": start}, rows
