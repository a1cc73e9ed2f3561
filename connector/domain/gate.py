"""Gates, needs and what is known: the questions a document asks of the ledger before it may move."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class LinkState(StrEnum):
    """What the ledger knows of a document another document depends on."""

    LINKED = "linked"  # the target has it
    UNDER_WAY = "under way"  # we have read it, the target does not have it yet
    SKIPPED = "skipped"  # it never goes to the target
    FAILED = "failed"  # it ended as a dead letter or rejected
    ABSENT = "absent"  # never read


@dataclass(frozen=True, kw_only=True)
class LinkNeed:
    """A document that must exist in the target first: ``key`` is its source key in ``flow`` of the same integration."""

    flow: str
    key: str

    @property
    def subject(self) -> str:
        """The name under which records wait for it."""
        return f"link:{self.flow}:{self.key}"


@dataclass(frozen=True, kw_only=True)
class CodeNeed:
    """A crosswalk row that must exist: ``code`` of the source in ``table``."""

    table: str
    code: str

    @property
    def subject(self) -> str:
        """The name under which records wait for it."""
        return f"crosswalk:{self.table}:{self.code}"


@dataclass(frozen=True, kw_only=True)
class Needs:
    """Everything one document asks of the ledger; answered in one round trip."""

    links: tuple[LinkNeed, ...] = ()
    codes: tuple[CodeNeed, ...] = ()
    #: whether a row in other letters, small or capital, will do where none is spelled like the code
    in_any_case: bool = False


@dataclass(frozen=True, kw_only=True)
class Link:
    """The answer to a LinkNeed."""

    state: LinkState
    target_id: str | None = None
    #: its natural key there, as it was sent: its own spelling of a code that others may spell differently
    target_key: str | None = None
    #: what its flow and the target said about it when the target took it; only of flows that tell their source
    facts: Mapping[str, str] = field(default_factory=dict)


_ABSENT = Link(state=LinkState.ABSENT)


@dataclass(frozen=True, kw_only=True)
class Known:
    """What the ledger answered to Needs."""

    links: Mapping[LinkNeed, Link] = field(default_factory=dict)
    codes: Mapping[CodeNeed, str] = field(default_factory=dict)

    def link(self, flow: str, key: str) -> Link:
        """What is known of the document ``key`` of ``flow``."""
        return self.links.get(LinkNeed(flow=flow, key=key), _ABSENT)

    def code(self, table: str, code: str) -> str | None:
        """The target code for a source code, or None when the crosswalk has no row."""
        return self.codes.get(CodeNeed(table=table, code=code))
