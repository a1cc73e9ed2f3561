"""pydantic's errors as sentences for a person: of a configuration each mistake, of a document the first one.

What came is shown only where it may be: a document's readers say so themselves, and a configuration may hold secrets.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from connector.domain.errors import ConfigurationError, Malformed, nearest
from connector.reading import fields

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from pydantic_core import ErrorDetails

#: what is expected, by the beginning of pydantic's name for the mistake
_EXPECTED = {"bool": "true or false", "string": "a text", "tuple": "a list", "list": "a list"}
_FIELDS = ("dict", "model")
#: pydantic's name for the mistake -> the rest of the sentence, with what it says of it
_SAID = {
    "value_error": "{error}",
    "missing": "is missing",
    "extra_forbidden": "is nothing that is known here",
    "string_too_short": "is empty",
    "string_too_long": "should have at most {max_length} characters",
    "string_pattern_mismatch": "is not spelled as it should be",
    "too_short": "should have at least {min_length}",
    "too_long": "has more entries than any real document",
    "literal_error": "should be one of {expected}",
    "enum": "should be one of {expected}",
    "greater_than_equal": "should be {ge:.15g} or more",
    "less_than_equal": "should be {le:.15g} or less",
}
_BEGINS = {
    "uuid_": "is no id",
    "datetime_": "should be a moment such as 2026-11-01T08:00:00+01:00",
    "timezone_": "should be a moment such as 2026-11-01T08:00:00+01:00",
    "date_": "should be a date such as 2026-11-01",
}

#: how a sentence about a setting begins that there is not
NO_SETTING = "There is no setting"

M = TypeVar("M", bound=BaseModel)


def complaint(mistake: ErrorDetails) -> str:
    """Return the rest of the sentence that begins with the name of what is wrong."""
    kind, context = mistake["type"], mistake.get("ctx", {})
    if kind == "unreadable":
        return mistake["msg"]
    if kind in _SAID:
        return _SAID[kind].format(**context)
    for begins, words in _BEGINS.items():
        if kind.startswith(begins):
            return words
    return _of_another_kind(kind.partition("_")[0], mistake)


def checked(model: type[M], config: Mapping[str, Any], *, secrets: Collection[str], of: str) -> M:
    """Return a configuration, checked without its secrets; raises ConfigurationError that lists every mistake."""
    try:
        return model.model_validate({key: value for key, value in config.items() if key not in secrets})
    except ValidationError as error:
        known = sorted({*model.model_fields, *secrets, "entities"})
        found = error.errors(include_url=False, include_input=False)
        mistakes = list(known_once([_about_setting(mistake, known, of) for mistake in found], known))
        raise ConfigurationError(" ".join(mistakes), mistakes=mistakes) from None


def each(error: ConfigurationError) -> list[str]:
    """Return the mistakes that an error lists, each a sentence; its own where it lists none."""
    listed = error.evidence.get("mistakes")
    return [str(one) for one in listed] if isinstance(listed, list) and listed else [error.message]


def known_once(mistakes: Sequence[str], known: Sequence[str]) -> Iterator[str]:
    """Say what settings there are behind the last one that there is not."""
    last = max((place for place, one in enumerate(mistakes) if one.startswith(NO_SETTING)), default=None)
    for place, one in enumerate(mistakes):
        yield f"{one} Known: {', '.join(known)}." if place == last else one


def parsed(model: type[M], payload: Mapping[str, Any], *, title: str, key: str, inside: str = "") -> M:
    """Return a document; raises Malformed with one sentence about the first field that is wrong.

    The sentence shows what was seen only for codes, amounts, dates and flags, never for names, addresses or free text.
    ``key`` is the field that names the document, ``inside`` a level of it that people do not see.
    """
    if not isinstance(payload, Mapping):
        raise Malformed(f"A {title} should be a set of named fields, but {fields.seen(payload)} came.")
    try:
        return model.model_validate(dict(payload))
    except ValidationError as error:
        sentence = _about_document(error, payload.get(key), title=title, key=key, inside=inside)
        raise Malformed(sentence, document=title.partition(" ")[2], fields=error.error_count()) from None


def _of_another_kind(kind: str, mistake: ErrorDetails) -> str:
    if "input" in mistake:
        return f"is {fields.seen(mistake['input'])}, but {_EXPECTED.get(kind, 'a set of named fields')} is expected"
    return "should hold `key: value` lines" if kind in _FIELDS else f"should be {_EXPECTED.get(kind, 'a number')}"


def _about_setting(mistake: ErrorDetails, known: Sequence[str], of: str) -> str:
    name = ".".join(str(part) for part in mistake["loc"])
    if mistake["type"] != "extra_forbidden":
        return f"{name} {complaint(mistake)}.".lstrip()
    return f"{NO_SETTING} {name!r} for a {of} connection.{nearest(name, known)}"


def _about_document(error: ValidationError, named: object, *, title: str, key: str, inside: str) -> str:
    first = error.errors(include_url=False)[0]
    others = error.error_count() - 1
    more = f" (and {others} more {'fields are' if others > 1 else 'field is'} wrong)" if others else ""
    shown = f" {fields.seen(named)}" if first["loc"] != (key,) and isinstance(named, (str, int)) else ""
    where = fields.place([step for step in first["loc"] if step != inside])
    return f"{title}{shown} cannot be understood: {where} {complaint(first)}{more}."
