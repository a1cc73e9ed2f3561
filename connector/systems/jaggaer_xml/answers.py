"""Answers of JAGGAER Indirect: they come with HTTP 200 also when nothing was done, and are read record by record."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from connector.http.redact import without
from connector.reading import values
from connector.xml.reading import NotReadable, child, first, local, parse, text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lxml import etree

    from connector.systems.jaggaer_xml.names import Names

_DONE, _REFUSED, _FAILED = 200, range(400, 500), range(500, 600)
_ERROR: Final = "error"
_COUNT: Final = r"{}\s*=\s*(\d{{1,9}})"


class Verdict(StrEnum):
    """What an answer means for the whole message."""

    TAKEN = "taken"
    REFUSED = "refused"
    #: nothing of the message was looked at
    ALL_FAILED = "all failed"
    #: neither of them is certain
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Said:
    """What is said of the message, or of one record in it."""

    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Answered:
    """An answer with a status."""

    code: int | None
    text: str
    said: Said = Said()
    #: of single records, by their number in the ERP
    records: Mapping[str, Said] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """Return JAGGAER's own words, as a sentence has them."""
        said = "; ".join((*self.said.errors, *self.said.warnings))
        status = " ".join(filter(None, ("" if self.code is None else str(self.code), self.text)))
        return ": ".join(filter(None, (status, said))).rstrip(".") or "no reason given"

    def verdict(self, names: Names, *, word: str = "") -> Verdict:
        """Judge it. ``word``: the only text that means success; else the code 200 without an error does."""
        done = self.code == _DONE or (self.code is None and bool(word))
        if done and not self.said.errors and (not word or self.text.casefold() == word):
            return Verdict.TAKEN
        if self.code is not None and self.code in _REFUSED:
            return Verdict.REFUSED
        if self.code in _FAILED and self.has(names, "all_failed"):
            return Verdict.ALL_FAILED
        if self.code is None and self.said.errors:
            return Verdict.REFUSED
        return Verdict.UNKNOWN

    def has(self, names: Names, phrases: str) -> bool:
        """Whether one of these phrases is in its words."""
        lower = self.words.casefold()
        return any(phrase.casefold() in lower for phrase in names.phrases(phrases))

    def count(self, word: str) -> int | None:
        """Return how many it says there are, ``Total documents attempted=1``; None when it does not say."""
        found = re.search(_COUNT.format(re.escape(word)), self.text)
        return int(found[1]) if found else None


def read(body: bytes, names: Names, *, secret: str, charset: str, most_bytes: int, most_elements: int) -> Answered:
    """Read an answer, without the shared secret; raises NotReadable for what is none, with half a sentence."""
    root = parse(body, charset=charset, most_bytes=most_bytes, most_elements=most_elements, repair_ampersands=True)
    statuses = [one for one in root.iter("{*}*") if local(one) == names("answer", "status")]
    if not statuses:
        raise NotReadable(f"has no {names('answer', 'status')}, but is <{values.line(local(root))[:40]}>")
    found = {(_number(status, names), text(child(status, names("answer", "text")))) for status in statuses}
    if len(found) > 1:
        raise NotReadable("has several statuses that contradict each other")
    [(code, said)] = found
    records = [one for one in root.iter("{*}*") if local(one) == names("answer", "record")]
    inside = {id(error) for record in records for error in _errors(record, names)}
    of_all = [error for error in _errors(root, names) if id(error) not in inside]
    return Answered(
        code=code,
        text=values.line(without(said, [secret])),
        said=_said(of_all, names, secret),
        records=_by_number(records, names, secret),
    )


def _number(status: etree._Element, names: Names) -> int | None:
    written = text(child(status, names("answer", "code")))
    if not written:
        return None
    if not re.fullmatch(r"\d{1,4}", written, re.ASCII):
        raise NotReadable(f"has a {names('answer', 'code')} that is no number")
    return int(written)


def _by_number(records: list[etree._Element], names: Names, secret: str) -> dict[str, Said]:
    found: dict[str, Said] = {}
    for record in records:
        number = text(first(record, names("answer", "number")))
        said, before = _said(_errors(record, names), names, secret), found.get(number, Said())
        found[number] = Said(errors=before.errors + said.errors, warnings=before.warnings + said.warnings)
    return found


def _errors(above: etree._Element, names: Names) -> list[etree._Element]:
    return [one for one in above.iter("{*}*") if local(one) == names("answer", "error")]


def _said(found: list[etree._Element], names: Names, secret: str) -> Said:
    words = [(one.get(names("answer", "kind"), _ERROR), _words(one, secret)) for one in found]
    errors = tuple(dict.fromkeys(said for kind, said in words if kind.strip().casefold() == _ERROR))
    warnings = tuple(dict.fromkeys(said for kind, said in words if kind.strip().casefold() != _ERROR))
    return Said(errors=errors, warnings=warnings)


def _words(error: etree._Element, secret: str) -> str:
    return values.line(without(text(error), [secret])) or "no reason given"
