"""What is written down about several records at once: each of them is as if it were alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from uuid import UUID

    from connector.domain.journey import Change
    from connector.domain.record import AttemptAnswer, Claim


@dataclass(frozen=True, kw_only=True)
class Settlement:
    """What becomes of a record that is held."""

    claim: Claim
    change: Change
    at: dt.datetime
    #: the sealed target payload when mapping made one
    target: bytes | None = None


@dataclass(frozen=True, kw_only=True)
class Try:
    """A try at changing a target that is about to be made."""

    claim: Claim
    #: the target key, and the fingerprint of what the target is told
    key: str
    fingerprint: str
    at: dt.datetime
    #: whether it is made although a newer version was read: this one is there, or may be
    comes_first: bool = False


@dataclass(frozen=True, kw_only=True)
class Answered:
    """How a try ended."""

    attempt_id: UUID
    answer: AttemptAnswer
    at: dt.datetime
    target_id: str | None = None
    #: the fingerprint that the target now holds for the document, None when it took nothing
    loaded: str | None = None
    #: whether nobody knows what it holds now: it refused a change, and may have taken part of it
    unsure: bool = False
    #: why a person should look at it although the target took it
    warning: str = ""
    #: ``first_read`` of the claim
    first_read: dt.datetime | None = None
