"""Records whose target takes them in one request: which go together, and what each of them is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.ports import TakingMany

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from connector.domain.exchange import Written
    from connector.pipeline.loading import Loading


def others(loading: Loading) -> Sequence[UUID]:
    """Records that may go with this one. What was tried before goes alone, so that it is no reason for others to fail.

    A connection in trouble is asked for one thing at a time.
    """
    claim, target = loading.claim, loading.target
    if loading.asks_first or claim.tries or claim.crashes or claim.in_trouble or not isinstance(target, TakingMany):
        return ()
    most = target.most_at_once(loading.document.entity)
    if most <= 1:
        return ()
    return loading.world.store.transact(lambda unit: unit.claims.beside(claim, most - 1))


def write(loadings: Sequence[Loading]) -> Sequence[Written | Exception]:
    """Send them; for each, in their order, what came of it. What goes wrong with the request is about all of them."""
    if not loadings:
        return ()
    target = loadings[0].target
    assert isinstance(target, TakingMany)  # noqa: S101 - others() looked
    try:
        return target.write_many([loading.document for loading in loadings])
    except Exception as error:  # noqa: BLE001 - each of them is in doubt, or said what it is, where it is logged
        return [error] * len(loadings)
