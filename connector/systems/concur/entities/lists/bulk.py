"""List Item Bulk v4 (documented): up to 250 items of one list are created, or changed and deleted, in one request."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from connector.domain.errors import (
    SAID_NO,
    ConfigurationError,
    ConnectorError,
    CredentialsRefused,
    NotYet,
    Refused,
    Transient,
    Unanswered,
)
from connector.domain.exchange import Written
from connector.reading import values
from connector.systems.concur import comparing
from connector.systems.concur.entities.lists import spots
from connector.systems.concur.entities.lists.collection import ItemCollection
from connector.systems.concur.entities.lists.verdicts import verdicts

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from connector.domain.exchange import Outgoing
    from connector.systems.concur.client import ConcurClient
    from connector.systems.concur.entities.lists.collection import Item
    from connector.systems.concur.entities.lists.spots import Spot
    from connector.systems.concur.names import Names

MOST: Final = 250
_CREATE, _CHANGE = "POST", "PATCH"
#: what makes it pointless to ask for, or send, more
_BREAKS = (Transient, Unanswered, CredentialsRefused)


@dataclass(kw_only=True)
class _Work:
    """One place of one document on its way."""

    owner: int
    spot: Spot
    item: str = ""
    method: str = ""
    part: dict[str, Any] = field(default_factory=dict)
    said: str = comparing.UNCHANGED
    error: ConnectorError | None = None


class BulkWriter:
    """Writes many items. What one of them is told is about that one only."""

    def __init__(self, *, client: ConcurClient, names: Names) -> None:
        self._client, self._names = client, names
        self._collection = ItemCollection(client=client, names=names)

    def write(self, documents: Sequence[Outgoing]) -> list[Written | ConnectorError]:
        """Create, change or delete; what became of each document, in their order."""
        works: list[_Work] = []
        unset: dict[int, ConnectorError] = {}
        for owner, document in enumerate(documents):
            try:
                works += [_Work(owner=owner, spot=spot) for spot in spots.spots_of(document, self._names)]
            except ConfigurationError as error:
                unset[owner] = error
        self._plan(works)
        stopped = {work.owner for work in works if work.error}
        self._send_all([work for work in works if work.part and work.owner not in stopped])
        of: dict[int, list[_Work]] = defaultdict(list)
        for work in works:
            of[work.owner].append(work)
        return [unset.get(owner) or _outcome(document, of[owner]) for owner, document in enumerate(documents)]

    def _plan(self, works: Iterable[_Work]) -> None:
        """Compare with what the lists hold, level by level, and say what is to be sent."""
        levels: dict[tuple[str, tuple[str, ...]], list[_Work]] = defaultdict(list)
        for work in works:
            levels[work.spot.list_id, work.spot.parents].append(work)
        broken: ConnectorError | None = None
        for (list_id, parents), level in levels.items():
            try:
                if broken is not None:
                    raise broken
                self._collection.read(list_id, parents, {work.spot.short_code for work in level})
                for work in level:
                    self._prepare(work)
            except ConnectorError as error:
                broken = error if isinstance(error, _BREAKS) else broken
                for work in level:
                    work.error = error

    def _prepare(self, work: _Work) -> None:
        spot, there = work.spot, self._collection.item(work.spot)
        if there is None and spot.deleted:
            work.said = spots.GONE
        elif there is None and self._collection.missing_above(spot):
            work.error = spots.nothing_above(spot)
        elif there is None:
            above = self._collection.above(spot)
            work.method, work.said = _CREATE, "created"
            work.part = {**spots.fields(spot), **({"parentCode": self._long_code(work, above)} if above else {})}
        elif spots.difference(spot, there):
            work.method, work.said = _CHANGE, "deleted" if spot.deleted else "changed"
            change: dict[str, Any] = {"deleted": True} if spot.deleted else {"value": spot.value}
            work.part = {"code": self._long_code(work, there), **change}
        work.item = values.text(there.get("id")) if there else ""

    def _long_code(self, work: _Work, item: Item) -> str:
        """How Concur names an item within its list. How it is made is not documented, so it is read."""
        code = values.text(item.get("code"))
        if not code:
            work.error = NotYet(
                f"Concur shows no long code of an item it lists for {work.spot.path}; it is sent alone."
            )
        return code

    def _send_all(self, works: Iterable[_Work]) -> None:
        """Creations first; as many requests as it takes."""
        requests: dict[tuple[str, str], list[_Work]] = defaultdict(list)
        for work in sorted(works, key=lambda one: one.method != _CREATE):
            requests[work.method, work.spot.list_id].append(work)
        chunks = [
            (key, together[first : first + MOST])
            for key, together in requests.items()
            for first in range(0, len(together), MOST)
        ]
        broken: ConnectorError | None = None
        failed: dict[int, ConnectorError] = {}
        for (method, list_id), chunk in chunks:
            going = []
            for work in chunk:  # the old place of an item is not taken away as long as its new one is not there
                if work.owner in failed:
                    work.error = failed[work.owner]
                elif broken is not None:
                    work.error = NotYet(f"It was not sent, because of what came before it: {broken.message}")
                else:
                    going.append(work)
            if going:
                broken = self._send(method, list_id, going)
            failed |= {work.owner: work.error for work in going if work.error}

    def _send(self, method: str, list_id: str, works: Sequence[_Work]) -> ConnectorError | None:
        """Send one request; the error after which nothing more is to be sent."""
        path = self._names("list_items", "bulk", list=list_id)
        try:
            reply = self._client.write(method, path, {"requests": [work.part for work in works]})
        except ConnectorError as error:
            failure = _about_all(error, len(works))
            for work in works:
                work.error = failure
            return error if isinstance(error, _BREAKS) else None
        for work, verdict in zip(works, verdicts([one.part for one in works], reply, self._names), strict=True):
            work.error = verdict
            work.said = f"{work.said} (one of {len(works)} in a request, correlation id {reply.correlation})"
        return None


def _about_all(error: ConnectorError, many: int) -> ConnectorError:
    """What an answer to a whole request means for each of its items."""
    match error:
        case Refused() if many > 1:  # which of them is the reason, nobody knows
            sentence = f"Concur took none of {many} items at once: {error.message} Each is sent alone."
            return NotYet(sentence, **{**error.evidence, SAID_NO: True})
        case ConfigurationError():
            sentence = f"{error.message.removesuffix('.')}; null for entities.list_items.bulk writes item by item."
            return ConfigurationError(sentence, **error.evidence)
        case _:
            return error


def _outcome(document: Outgoing, works: Sequence[_Work]) -> Written | ConnectorError:
    """What became of a document: the doubt about one of its places before any other answer."""
    errors = [work.error for work in works if work.error]
    if errors:
        unheard = next((error for error in errors if isinstance(error, Unanswered)), None)
        return unheard or spots.in_part(document, [work.said for work in works if not work.error], errors[0])
    said = [work.said for work in works if work.said != comparing.UNCHANGED] or [comparing.UNCHANGED]
    item = next((work.item for work in works if work.item), "")
    all_spots = [work.spot for work in works]
    return Written(target_id=spots.target_id(document, all_spots, item), answer="; ".join(dict.fromkeys(said)))
