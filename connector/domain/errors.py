"""Everything that can go wrong, arranged by what to do next.

    ConnectorError
    ├── ConfigurationError      a person corrects a setting, a file or a command
    │   └── UnknownName         ... and here are the names that exist
    ├── StopConnection          nothing on this connection works until a person acts
    │   ├── CredentialsRefused
    │   └── PermissionMissing
    ├── Transient               the same request may succeed later
    │   ├── Unavailable         no answer that changed anything, or a 5xx on a read
    │   │   └── NotYet          ... and answered, but about this one document: the connection is fine
    │   ├── RateLimited         429: wait at least ``retry_after`` seconds, on every worker
    │   └── StoreUnavailable    our own Postgres: the fault of no document and of no connection
    │       └── StoreConflict   ... which undid a transaction that got in another one's way
    ├── Unanswered              a write left and no answer came: it may have happened
    ├── Refused                 the other side understood and said no, in its own words
    │   └── AlreadyThere        ... because it has that document
    ├── Recalled                the source took the document back: it is not wanted any more
    ├── Malformed               this document cannot be understood, whoever tries
    └── SourceLies              the answers of a source contradict each other: trust none of them

A message is one sentence for the operator: what happened, where, what to do. Evidence is in attributes. Every error
survives pickling, because Celery pickles what a task raises.
"""

from __future__ import annotations

from contextlib import contextmanager
from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


#: evidence of an error that is no Refused: the other side looked at what was sent, and said no
SAID_NO = "said_no"
#: evidence of an Unanswered or AlreadyThere: why a person should look at the document, should the target turn out to
#: have it all the same
IF_THERE = "if_there"
#: evidence of an error that is no Unanswered: part of what was to be written has been, before this happened
IN_PART = "in_part"


class ConnectorError(Exception):
    """Something went wrong that we have a sentence for."""

    def __init__(self, message: str, **evidence: object) -> None:
        super().__init__(message)
        self.message = message
        self.evidence = evidence

    def __str__(self) -> str:
        return self.message

    @property
    def in_full(self) -> str:
        """What a log says of it: for whoever runs the product, as programs and browsers may not learn it."""
        return self.message

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.message, self.evidence))


def _rebuild(kind: type[ConnectorError], message: str, evidence: dict[str, object]) -> ConnectorError:
    return kind(message, **evidence)


class ConfigurationError(ConnectorError):
    """A setting, a file or a command is wrong; the message says which and how it should look."""


def nearest(name: str, known: Sequence[str], *, cutoff: float = 0.6) -> str:
    """The end of a sentence about a name that does not exist; empty when none that does is like it."""
    near = get_close_matches(name, known, n=1, cutoff=cutoff)
    return f" Did you mean {near[0]!r}?" if near else ""


class UnknownName(ConfigurationError):
    """A name that does not exist; the message lists those that do."""

    @classmethod
    def among(cls, what: str, name: str, known: Iterable[str]) -> UnknownName:
        """Build the sentence: what was asked for, the nearest name, and all that exist."""
        names = sorted(map(str, known))
        listed = ", ".join(names) if names else "none yet"
        return cls(f"There is no {what} {name!r}.{nearest(name, names)} Known: {listed}.", name=name, known=names)


class StopConnection(ConnectorError):
    """Every call on this connection will fail until a person acts."""


class CredentialsRefused(StopConnection):
    """The system does not accept the stored credentials."""


class PermissionMissing(StopConnection):
    """The credentials are right; the user may not do this."""


class Transient(ConnectorError):
    """The same request may succeed later; ``retry_after`` is the least wait in seconds, if the other side named one."""

    @property
    def retry_after(self) -> float | None:
        """Seconds to wait at least, or None when the other side did not say."""
        value = self.evidence.get("retry_after")
        return float(value) if isinstance(value, (int, float)) else None


class Unavailable(Transient):
    """The system did not answer, or answered that it cannot now; nothing was changed."""


class NotYet(Unavailable):
    """The system answered, and cannot say yes or no about this one document now: others and the connection are fine."""


class RateLimited(Transient):
    """The system asks all of us to slow down."""


class StoreUnavailable(Transient):
    """Our own Postgres cannot be reached or cannot write."""

    @property
    def in_full(self) -> str:
        """The same with where it was asked, for whoever runs the product: programs and browsers do not learn that."""
        where, why = self.evidence.get("where"), self.evidence.get("why")
        return f"{self.message} Asked at {where}: {why}." if where else self.message


class StoreConflict(StoreUnavailable):
    """Our own Postgres undid a transaction to let another one pass; the same works when done again."""


class Unanswered(ConnectorError):
    """A write left this process and its answer never arrived: it may have happened."""


class Refused(ConnectorError):
    """The other side understood the request and said no; the message carries its own words."""


class AlreadyThere(Refused):
    """Refused because the other side already has a document with this key."""


class Recalled(ConnectorError):
    """The source took the document back."""


class Malformed(ConnectorError):
    """A document that cannot be understood; trying again will not help."""


class DocumentRemoved(ConnectorError):
    """The document of a record is not in the ledger any more; trying again will not help."""


class SourceLies(ConnectorError):
    """Answers of a source contradict each other (paging, totals, zero rows); the run stops and the cursor stays."""


@contextmanager
def in_doubt_until_answered(what: str, **evidence: object) -> Iterator[None]:
    """Ask behind a write that may have happened: while the question has no answer, neither has the write."""
    try:
        yield
    except Unanswered:
        raise
    except ConnectorError as error:
        sentence = f"{what} Whether it is there could not be asked: {error.message}"
        raise Unanswered(sentence, **{**error.evidence, **evidence}) from None
