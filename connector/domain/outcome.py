"""What a step decided. A closed set: ``match`` over it is exhaustive under mypy."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.domain.gate import CodeNeed, LinkNeed
    from connector.domain.record import State

#: why a version ends that surely did not arrive
NEWER_READ = "a newer version was read"


@dataclass(frozen=True, kw_only=True)
class Advance:
    """The step succeeded; the record moves on."""

    to: State
    #: the audit sentence
    why: str
    #: target payload (plain), when mapping made one
    target: Mapping[str, Any] | None = None
    #: id the target gave the document, when loading learned it
    target_id: str | None = None
    #: under which natural key
    target_key: str | None = None
    #: what the source will be told, or the flow has to know of it later
    facts: Mapping[str, str] | None = None


@dataclass(frozen=True, kw_only=True)
class Adopted(Advance):
    """The target had the document already, and that one is ours."""


@dataclass(frozen=True, kw_only=True)
class Retry:
    """Transient: try again no earlier than ``at_least``. A 429 is not the document's fault and does not count."""

    why: str
    at_least: dt.timedelta = dt.timedelta(0)
    counts: bool = True
    #: what has happened must be told, however long it takes: never becomes a dead letter
    for_ever: bool = False


@dataclass(frozen=True, kw_only=True)
class Wait:
    """A business condition is not met; does not count as a try."""

    #: what it waits for, as a person says it: "supplier 10023 in JAGGAER"
    gate: str
    why: str
    #: ask again after this long if nothing releases the record before
    due: dt.timedelta = dt.timedelta(minutes=5)
    #: documents whose arrival releases it; those never read are fetched on demand
    needs: tuple[LinkNeed, ...] = ()
    #: read this very document again when due: its source may have changed it without saying so
    reread: bool = False


@dataclass(frozen=True, kw_only=True)
class Park:
    """Codes without a crosswalk row; released when a person adds the rows."""

    missing: tuple[CodeNeed, ...]
    #: documents that would make rows needless: their arrival releases it, too
    links: tuple[LinkNeed, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Incomplete(Park):
    """The rows are there, but do not say enough; released when a person sets them again."""

    #: what is missing in which row, and what to do
    why: str


@dataclass(frozen=True, kw_only=True)
class Pause:
    """The connection cannot be used now (breaker, rate limit, stopped); does not count as a try."""

    why: str
    due: dt.timedelta


@dataclass(frozen=True, kw_only=True)
class Reject:
    """The target understood the document and said no."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class Bury:
    """A dead letter: a stable reason code, a sentence for a person, and what to do."""

    code: str
    reason: str
    suggestion: str


@dataclass(frozen=True, kw_only=True)
class Skip:
    """This document is none of this flow's business, and why."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class Stands:
    """The target has it as it is, because it is told of nothing that has changed, and why."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class Cancel:
    """The source took the document back."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class GiveWay:
    """A newer version was read, and this one surely did not arrive: the newer one goes instead."""

    reason: str = NEWER_READ


Outcome: TypeAlias = Advance | Retry | Wait | Park | Pause | Reject | Bury | Skip | Stands | Cancel | GiveWay
