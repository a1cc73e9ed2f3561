"""A ledger with one integration in it, and short ways to say what a test needs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from connector.store.beat import dispatching
from connector.store.ledger import Ledger
from connector.store.postgres.engine import open_single
from connector.store.work import extraction, settling
from connector.vault import EnvelopeVault, new_key, parse_keys
from tests.privileged import url_of
from tests.store.history import grown, lived_long, worn_out
from tests.store.scene import Scene

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from tests.databases import Administrator


@pytest.fixture(autouse=True)
def _messages_last(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was sent is not sent again because a test took its time."""
    longer = 120 * settling.QUEUED
    for module in (dispatching, extraction, settling):
        monkeypatch.setattr(module, "QUEUED", longer)


@pytest.fixture
def ledger(database_url: str, vault: EnvelopeVault) -> Iterator[Ledger]:
    opened = Ledger(database_url, keys=lambda: vault)
    yield opened
    opened.close()


@pytest.fixture
def vault() -> EnvelopeVault:
    return EnvelopeVault(parse_keys(new_key()))


@pytest.fixture
def scene(ledger: Ledger, vault: EnvelopeVault) -> Scene:
    return Scene.set_up(ledger, vault)


@pytest.fixture
def history(scene: Scene) -> Scene:
    """Many ended records, and a few that are due."""
    return lived_long(scene)


@pytest.fixture(scope="session")
def long_used(administrator: Administrator, migrated_template: str) -> Iterator[Scene]:
    """What `make scale` works with, but small; made once and copied, so nobody is connected to it."""
    with administrator.copied(migrated_template) as url:
        opened = Ledger(url)
        scene = worn_out(Scene.set_up(opened, EnvelopeVault(parse_keys(new_key()))))
        opened.close()
        yield scene


@pytest.fixture(scope="module")
def worn(long_used: Scene, copy_of: Callable[[str], AbstractContextManager[str]]) -> Iterator[Scene]:
    """A copy of it that is planned as if it were large, for the tests of one file."""
    with copy_of(str(long_used.ledger.engine.url)) as url:
        opened = Ledger(url)
        yield grown(replace(long_used, ledger=opened))
        opened.close()


@pytest.fixture
def superuser(ledger: Ledger) -> Iterator[sa.Connection]:
    """Somebody who switches the triggers off and edits what they like."""
    with open_single(url_of(ledger.engine.url)).connect() as connection:
        connection.execute(sa.text("SET session_replication_role = replica"))
        connection.commit()
        yield connection
