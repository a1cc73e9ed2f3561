"""What QXtend's answer to a QDoc says about what happened in QAD. Pure: answers in, a verdict out.

QAD's own words are not enough: ``error`` may have posted all or a part, ``warning`` may have dropped data. So only two
things end a doubt by themselves: a success, and QAD's statement that everything was rolled back. See docs/qad-ee.md.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Verdict(Enum):
    """What is certain."""

    #: it is done, as far as QAD says
    DONE = auto()
    #: nothing is done: QAD looked at it and took all of it back
    ROLLED_BACK = auto()
    #: nothing was begun: no session, no access to the program
    NOT_BEGUN = auto()
    #: QAD says no; whether it did a part of it all the same, only looking tells
    SAYS_NO = auto()
    #: nobody knows, QAD included; it may even be done later
    IN_DOUBT = auto()


@dataclass(frozen=True, kw_only=True)
class Said:
    """One message of an answer (``temp_err_msg``)."""

    number: str = ""
    text: str = ""
    #: informational, warning or error; QAD's default is error
    severity: str = ""
    field: str = ""
    data: str = ""
    #: its other parts, where the name of an exception may stand
    more: str = ""

    @property
    def is_error(self) -> bool:
        """Whether it counts as an error: also when it does not say."""
        return self.severity.strip().casefold()[:4] not in ("warn", "info", "wrn", "mes")

    @property
    def words(self) -> str:
        """Return it as a person reads it."""
        named = f"{self.number}: " if self.number.strip("0") and self.number not in self.text else ""
        place = next((one for one in (self.field, self.data) if one and one not in self.text), "")
        return " ".join(f"{named}{self.text or 'no reason given'}".split()) + (f" ({place})" if place else "")


@dataclass(frozen=True, kw_only=True)
class Judged:
    """An answer, judged."""

    verdict: Verdict
    #: what QAD gives as its reasons
    errors: tuple[str, ...] = ()
    #: what a person should look at although it is done
    warnings: tuple[str, ...] = ()
    #: those of them that say that something that was sent is not in QAD
    dropped: tuple[str, ...] = ()


#: an exception of QXtend, wherever in a message its name stands
_EXCEPTION = re.compile(r"\b(Transaction|Process|Event)Exception(?![a-z])(?:\W{0,3}(\d+))?", re.IGNORECASE)
_RUNTIME = re.compile(r"\bOE-\d", re.IGNORECASE)
#: what an exception says by itself; every other number is a doubt
_MEANS = {
    ("transaction", 1): Verdict.ROLLED_BACK,  # the whole message
    ("process", 1): Verdict.NOT_BEGUN,  # the session failed to initialise
}
#: of two messages the worse one counts
_WORSE = (Verdict.NOT_BEGUN, Verdict.ROLLED_BACK, Verdict.SAYS_NO, Verdict.IN_DOUBT)


def judge(result: str, said: Sequence[Said], *, dropping: Iterable[str], unfinished: Iterable[str] = ()) -> Judged:
    """Judge an answer that has a result.

    ``dropping`` are words by which a message says that data was dropped, ``unfinished`` those by which an error says
    that QAD has not ended, and may post later.
    """
    words = tuple(word.casefold() for word in dropping)
    errors = tuple(one for one in said if one.is_error)
    notes = tuple(one.words for one in said if not one.is_error)
    dropped = tuple(text for text in (one.words for one in said) if any(word in text.casefold() for word in words))
    exceptions = [verdict for one in said for verdict in _exceptions(one)]
    match result.strip().casefold():
        case "success" | "warning":
            # An error or exception is none the less for a result that does not mention it.
            severe = [one for one in exceptions if one is not Verdict.SAYS_NO]
            if severe or any(one.severity.strip().casefold().startswith("err") for one in said):
                return Judged(verdict=Verdict.IN_DOUBT, errors=tuple(one.words for one in errors) or notes)
            return Judged(
                verdict=Verdict.DONE,
                warnings=tuple(
                    one.words for one in said if one.severity.strip().casefold()[:4] != "info" or one.words in dropped
                ),
                dropped=dropped,
            )
        case "error":
            if not exceptions and _says(said, unfinished):
                exceptions = [Verdict.IN_DOUBT]
            verdict = max(exceptions or [Verdict.SAYS_NO], key=_WORSE.index)
            reasons = tuple(one.words for one in errors) or notes
            return Judged(verdict=verdict, errors=reasons or ("no reason given",), dropped=dropped)
        case _:
            return Judged(verdict=Verdict.IN_DOUBT, errors=(f"a result that means nothing: {result[:40]!r}",))


def _says(said: Iterable[Said], phrases: Iterable[str]) -> bool:
    folded = [one.text.casefold() for one in said]
    return any(phrase.casefold() in text for phrase in phrases for text in folded)


def _exceptions(said: Said) -> list[Verdict]:
    """What the exceptions and runtime errors in a message say."""
    whole = f"{said.number} {said.text} {said.field} {said.data} {said.more}"
    found = [
        _MEANS.get((kind.casefold(), int(number)), Verdict.IN_DOUBT) if number else Verdict.IN_DOUBT
        for kind, number in _EXCEPTION.findall(whole)
    ]
    runs = said.number.upper().startswith("OE-") or _RUNTIME.search(whole)
    return [*found, Verdict.IN_DOUBT] if runs else found


def fault(code: str, text: str, *, unfinished: Iterable[str] = ()) -> Verdict:
    """What a SOAP fault says. It is raised before anything is processed, except that Server's are not believed."""
    local = code.rpartition(":")[2].strip().casefold().partition(".")[0]
    said = Said(text=text)
    exceptions = _exceptions(said)
    if Verdict.IN_DOUBT in exceptions or (not exceptions and _says([said], unfinished)):
        return Verdict.IN_DOUBT
    if local in ("client", "sender", "versionmismatch", "mustunderstand") or Verdict.NOT_BEGUN in exceptions:
        return Verdict.NOT_BEGUN
    return Verdict.IN_DOUBT
