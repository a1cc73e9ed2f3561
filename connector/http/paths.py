"""Addresses and what is put into them: an id from outside does not lead out of its path."""

from __future__ import annotations

from urllib.parse import quote, unquote, urljoin, urlsplit

from connector.domain.errors import SourceLies

#: what a path means by these is another path, however they are spelled
_STEPS = frozenset({".", ".."})


def segment(value: str) -> str:
    """Spell an id as one part of a path. Raises SourceLies for one that no spelling keeps there."""
    if not value.strip() or _leads_on(value):
        raise SourceLies(
            f"An id is {value!r}, which would lead to another address than its own, so it was not asked for; have it "
            "corrected where it comes from."
        )
    return quote(value, safe="")


def wanders(url: str) -> bool:
    """Whether a URL names another path than it seems to: with ``.`` or ``..`` as a part of it."""
    return _leads_on(urlsplit(url).path)


def _leads_on(path: str) -> bool:
    return not _STEPS.isdisjoint(unquote(path).replace("\\", "/").split("/"))


def joined(url: str, location: str) -> str:
    """Where a redirect leads, empty when that is no address."""
    try:
        there = urljoin(url, location)
        origin(there)
    except ValueError:
        return ""
    return there


def origin(url: str) -> tuple[str, str | None, int | None]:
    """Whose address it is; raises ValueError for one that cannot be read."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port
