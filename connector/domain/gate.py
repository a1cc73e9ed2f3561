"""Gates, needs and what is known: the questions a document asks of the ledger before it may move."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


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
class PostedNeed:
    """Whether another integration put something into a system of ours: its ``flow``, under this key or number.

    Connections to one address are one system. Keys are compared without case. A number is that of one document within
    what keys name first, before their first bar.
    """

    flow: str
    key: str
    number: str = ""


@dataclass(frozen=True, kw_only=True)
class Needs:
    """Everything one document asks of the ledger; answered in one round trip."""

    links: tuple[LinkNeed, ...] = ()
    codes: tuple[CodeNeed, ...] = ()
    #: whether a row in other letters, small or capital, will do where none is spelled like the code
    in_any_case: bool = False
    postings: tuple[PostedNeed, ...] = ()

    @classmethod
    def of_all(cls, asked: Sequence[Needs]) -> Needs:
        """What several documents of one flow ask, as one question."""
        if len(asked) == 1:
            return asked[0]
        return cls(
            links=tuple(dict.fromkeys(need for needs in asked for need in needs.links)),
            codes=tuple(dict.fromkeys(need for needs in asked for need in needs.codes)),
            postings=tuple(dict.fromkeys(need for needs in asked for need in needs.postings)),
            in_any_case=asked[0].in_any_case,
        )


@dataclass(frozen=True, kw_only=True)
class Link:
    """The answer to a LinkNeed."""

    state: LinkState
    target_id: str | None = None
    #: its natural key there, as it was sent: its own spelling of a code that others may spell differently
    target_key: str | None = None
    #: whether the target has it and its source has not been told so yet
    untold: bool = False
    #: what its flow said about it when the target took it, and the target, where the source is told
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Posting:
    """An answer to a PostedNeed: what another integration put there, or may have."""

    integration: str
    source_key: str
    #: the number it has there, as far as it is known
    number: str | None = None
    #: False while its last try has no answer
    certain: bool = True
    #: what its flow and the system said about it when the system took it
    facts: Mapping[str, str] = field(default_factory=dict)


_ABSENT = Link(state=LinkState.ABSENT)


@dataclass(frozen=True, kw_only=True)
class Known:
    """What the ledger answered to Needs."""

    links: Mapping[LinkNeed, Link] = field(default_factory=dict)
    codes: Mapping[CodeNeed, str] = field(default_factory=dict)
    postings: Mapping[PostedNeed, tuple[Posting, ...]] = field(default_factory=dict)

    def link(self, flow: str, key: str) -> Link:
        """What is known of the document ``key`` of ``flow``."""
        return self.links.get(LinkNeed(flow=flow, key=key), _ABSENT)

    def code(self, table: str, code: str) -> str | None:
        """The target code for a source code, or None when the crosswalk has no row."""
        return self.codes.get(CodeNeed(table=table, code=code))

    def posted(self, need: PostedNeed) -> tuple[Posting, ...]:
        """What other integrations put, or may have put, into the same system under this key."""
        return self.postings.get(need, ())

    def with_links(self, links: Mapping[LinkNeed, Link]) -> Known:
        """The same with these answers about links instead."""
        return replace(self, links=links)

    def without(self, flow: str) -> Known:
        """The same as if the target had nothing of this flow."""
        return self.with_links({need: link for need, link in self.links.items() if need.flow != flow})

    def __or__(self, other: Known) -> Known:
        """Both answers; where both know something, the other's."""
        return Known(
            links={**self.links, **other.links},
            codes={**self.codes, **other.codes},
            postings={**self.postings, **other.postings},
        )
