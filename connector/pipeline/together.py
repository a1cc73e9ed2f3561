"""Records that their target is asked about, or takes, in one request: which those are, and what each is told."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from connector.ports import AskedAboutMany, TakingMany

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from uuid import UUID

    from connector.domain.exchange import Written
    from connector.pipeline.loading import Loading


def others(loadings: Sequence[Loading]) -> Sequence[UUID]:
    """Records that may go with these, where there is room for more in the request of their target."""
    able = [loading for loading in loadings if _most(loading) > len(loadings)]
    if not able:
        return ()
    first, more = able[0], _most(able[0]) - len(loadings)
    return first.world.store.transact(lambda unit: unit.claims.beside(first.claim, more))


def parts(loadings: Sequence[Loading]) -> Iterator[Sequence[Loading]]:
    """Which go in one request; what has to go alone is alone."""
    gathered: dict[int, list[Loading]] = {}
    for loading in loadings:
        most, target = _most(loading), id(loading.target)
        if most <= 1:
            yield [loading]
            continue
        part = gathered.setdefault(target, [])
        part.append(loading)
        if len(part) == most:
            yield gathered.pop(target)
    yield from gathered.values()


def first(loadings: Sequence[Loading], requests: int) -> list[Loading]:
    """Those that go in the first so many requests."""
    return [loading for part in islice(parts(loadings), requests) for loading in part]


def questions(loadings: Sequence[Loading]) -> Iterator[Sequence[Loading]]:
    """Which are asked about at once."""
    gathered: dict[tuple[int, str], list[Loading]] = {}
    of_many: dict[int, AskedAboutMany | None] = {}  # looked at once: telling an ability takes as long as a question
    for loading in loadings:
        target = loading.target
        if id(target) not in of_many:
            of_many[id(target)] = target if isinstance(target, AskedAboutMany) else None
        many = of_many[id(target)]
        shared = many.asked_with(loading.document) if many else ""
        if shared:
            gathered.setdefault((id(target), shared), []).append(loading)
        else:
            yield [loading]
    yield from gathered.values()


def write(loadings: Sequence[Loading]) -> Sequence[Written | Exception]:
    """Send them; for each, in their order, what came of it. What goes wrong with the request is about all of them."""
    if not loadings:
        return ()
    target = loadings[0].target
    assert isinstance(target, TakingMany)  # noqa: S101 - parts() looked
    try:
        return target.write_many([loading.document for loading in loadings])
    except Exception as error:  # noqa: BLE001 - each of them is in doubt, or said what it is, where it is logged
        return [error] * len(loadings)


def _most(loading: Loading) -> int:
    """How many go with this one. What was tried before goes alone, so that it is no reason for others to fail.

    A connection in trouble is asked for one thing at a time.
    """
    claim, target = loading.claim, loading.target
    alone = claim.tries or claim.crashes or claim.in_trouble or loading.asks_first
    if alone or not isinstance(target, TakingMany):
        return 1
    return target.most_at_once(loading.document.entity)
