"""What a system said in its own words: from a body that may be anything, short, on one line, without our secrets."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from html import unescape
from typing import TYPE_CHECKING

from connector.http.redact import is_secret, without

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.http.request import Request

_LONGEST = 160
_LONGEST_READ = 20_000
# Each looks at a text once: a page made of nothing but beginnings must not take longer than any other.
_HIDES = re.compile(r"<!--|<(script|style)\b", re.IGNORECASE)
_SHOWS_AGAIN = {
    "": re.compile("-->"),
    "script": re.compile(r"</script\s*+>", re.IGNORECASE),
    "style": re.compile(r"</style\s*+>", re.IGNORECASE),
}
_TITLE = re.compile(r"<title\b[^<>]*+>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*+>")
_NAMES = ("message", "error_description", "errorMessage", "returnMessage", "error", "errors", "title", "detail")


def of(text: str, request: Request) -> str:
    """The words of an answer; empty when it has none. Secrets of the request that it repeats are hidden."""
    start = text[:_LONGEST_READ]
    found = " ".join(_from_json(start)) or _from_page(start)
    plain = "".join(sign for sign in " ".join(found.split()) if sign.isprintable())
    hidden = without(plain, _secrets(request))
    return hidden if len(hidden) <= _LONGEST else f"{hidden[:_LONGEST]}..."


def _from_json(text: str) -> Iterator[str]:
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        return
    parts = body.get("errors", body) if isinstance(body, Mapping) else body
    for part in [*parts, body] if isinstance(parts, list) else [body]:
        if isinstance(part, str):
            yield part
        elif isinstance(part, Mapping):
            yield from (part[name] for name in _NAMES if isinstance(part.get(name), str))


def _from_page(text: str) -> str:
    if text.lstrip()[:1] in ("{", "["):
        return ""
    title = _TITLE.search(text)
    if title:
        return unescape(text[title.end() :].partition("<")[0])
    return unescape(_TAG.sub(" ", " ".join(_seen(text))))


def _seen(page: str) -> Iterator[str]:
    """The parts of a page that a browser shows: what is hidden and never ends hides the rest."""
    at = 0
    while hidden := _HIDES.search(page, at):
        yield page[at : hidden.start()]
        again = _SHOWS_AGAIN[(hidden[1] or "").lower()].search(page, hidden.end())
        if again is None:
            return
        at = again.end()
    yield page[at:]


def _secrets(request: Request) -> list[str]:
    body = request.json if isinstance(request.json, Mapping) else {}
    named = {**request.headers, **request.params, **(request.form or {}), **body}
    values = [str(value) for name, value in named.items() if is_secret(str(name))]
    return [*request.secrets, *values, *(value.rpartition(" ")[2] for value in values), *(request.basic or ())[1:]]
