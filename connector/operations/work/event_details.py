"""What an event says beside who did what, in words: why, what it was, how much of it; and the pages of what it names.

Whatever an event holds is told: what has no words of its own here is told by its name, and nothing as a program keeps
it. What is for those alone who compute a proof is left to those who take the trail away.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any, Final

from connector.domain.reason import REASONS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

#: for those who compute the proof of an event, and steps of one piece of work that are known by the same number
_UNTOLD: Final = frozenset({
    "attempt", "digest", "discard", "fence", "fingerprint", "key_id", "mac", "mapping", "person", "reapply", "requeue",
    "revision", "seal", "sign_off", "subject", "vouch", "worker",
})  # fmt: skip
#: the same, of single kinds: where a document stands is what the event says, and a master key is no document's
_UNTOLD_OF: Final = {
    "record": frozenset({"from", "to"}),
    "attempt": frozenset({"key"}),
    "operator.erased": frozenset({"key"}),
    "operator.restored": frozenset({"to"}),
    "operator.rotated": frozenset({"key"}),
}
#: said of something that is so, and of something that is not; nothing is said where there is no word for it
_FLAGS: Final = {
    "again": ("once more", ""),
    "enabled": ("switched on", "switched off"),
    "lost": ("it was gone already", ""),
    "once": ("with a password for one sign-in", ""),
    "there": ("it is there", "it is not there"),
    "urgent": ("urgent", "not urgent"),
}
#: what comes before a value, where that is not the name of the field
_LEADS: Final = {
    "abandoned": "given up:",
    "address": "from",
    "as": "taken as",
    "closed": "without a document any more:",
    "config": "with",
    "endpoint": "at",
    "ends_at": "the backup ends at",
    "findings": "found wrong:",
    "from": "from",
    "gate": "it waits for",
    "id": "its id there",
    "in_doubt": "writes in doubt:",
    "issuer": "by",
    "meant": "of",
    "once_until": "good until",
    "passed_over": "not looked at again:",
    "row_limit": "at most",
    "sessions": "sign-ins ended:",
    "key": "document",
    "since": "since",
    "target_id": "its number in the target",
    "theirs": "known to the target alone:",
    "to": "to",
    "until": "until",
    "upto": "up to event",
    "what": "about",
}
#: values that are names of ours, and what is said instead of them and of their field
_SAID: Final = {
    "hold": {
        "retry": "it is tried again",
        "gate": "a condition is not met yet",
        "park": "a code is missing",
        "version": "an older version goes first",
        "connection": "the connection stands still",
        "source": "the source is told first",
    },
    "was": {
        "done": "it was done",
        "rejected": "it was rejected",
        "dead": "it was a dead letter",
        "cancelled": "it was taken back",
        "skipped": "it was left out",
        "gate": "it waited for a condition",
        "park": "it waited for a code",
    },
    "what": {
        "content": "all of it",
        "correct": "to correct it",
        "lineage": "what each field was made of",
    },
}
#: fields in which a reason for dead letters stands
_REASONS: Final = frozenset({"code", "reason", "was"})
#: fields that name what has a page: the page, and what it is called
_PAGES: Final = {
    "record": ("/documents/{}", "document"),
    "records": ("/documents/{}", "document"),
    "job": ("/jobs/{}", "job"),
    "message": ("/messages/{}", "message"),
    "messages": ("/messages/{}", "message"),
    "run": ("/runs/{}", "run"),
}
_MOST, _MOST_LINKS = 12, 5
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_HEX = re.compile(r"[0-9a-f]{32,}")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)")


def told(event: str, detail: Mapping[str, Any]) -> str:
    """All of it on one line, the reason first; ``event`` is what happened."""
    why = [str(detail["why"])] if detail.get("why") else []
    untold = {"why", *_UNTOLD_OF.get(event, ()), *_UNTOLD_OF.get(event.partition(".")[0], ())}
    return _joined([*why, *_parts({name: value for name, value in detail.items() if name not in untold})])


def links(detail: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What it names that has a page: what to call it, and the address."""
    found = [
        (f"{called} {one[-6:] if '-' in one else one}", page.format(one))
        for name, (page, called) in _PAGES.items()
        for one in map(str, _listed(detail.get(name)))
        if (one.isdecimal() if name.startswith("message") else _UUID.fullmatch(one))
    ]
    return found[:_MOST_LINKS]


def _joined(parts: Sequence[str]) -> str:
    """One after the other, with one mark between two, also where a sentence ends."""
    marked = (one if one.endswith(("?", "!")) else f"{one.removesuffix('.')};" for one in parts[:-1])
    return " ".join([*marked, *parts[-1:]])


def _parts(detail: Mapping[str, Any]) -> Iterator[str]:
    for name, value in detail.items():
        if name in _UNTOLD or value is None or value in ("", [], {}):
            continue
        if name in _FLAGS and isinstance(value, bool):
            said = _FLAGS[name][not value]
        elif isinstance(value, bool):
            said = _called(name).removesuffix(":") if value else ""
        else:
            said = _said(name, value)
        if said:
            yield said


def _said(name: str, value: Any) -> str:  # noqa: ANN401 - whatever a detail holds
    if name == "codes" and isinstance(value, dict):
        return _some([f"{source} is {_value(target)}" for source, target in value.items()])
    if isinstance(value, str) and value in _SAID.get(name, {}):
        return _SAID[name][value]
    if isinstance(value, str) and name in _REASONS and value in REASONS:
        value = value.replace("_", " ")
    spelled = _value(value)
    return spelled and f"{_called(name)} {spelled}"


def _called(name: str) -> str:
    return _LEADS.get(name) or f"{name.replace('_', ' ')}:"


def _value(value: Any) -> str:  # noqa: ANN401 - likewise
    if isinstance(value, dict):
        return ", ".join(_parts(value))
    if isinstance(value, list):
        spelled = [_value(one) for one in value]
        return _some(spelled) if all(spelled) else f"{len(spelled):,}"
    if isinstance(value, int):
        return {True: "yes", False: "no"}[value] if isinstance(value, bool) else f"{value:,}"
    text = "" if value is None else str(value)
    if _MOMENT.fullmatch(text):
        return f"{dt.datetime.fromisoformat(text).astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC"
    return "" if _UUID.fullmatch(text) or _HEX.fullmatch(text) else text


def _some(words: Sequence[str]) -> str:
    more = f" and {len(words) - _MOST:,} more" if len(words) > _MOST else ""
    return ", ".join(words[:_MOST]) + more


def _listed(value: Any) -> list[Any]:  # noqa: ANN401 - likewise
    return value if isinstance(value, list) else [] if value is None else [value]
