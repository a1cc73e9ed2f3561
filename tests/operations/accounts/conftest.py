"""A new ledger with accounts, and passwords that cost next to nothing to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from connector.bootstrap import Application, application
from connector.config import read_settings
from connector.operations.operator import Operator
from connector.store.postgres.engine import open_single
from connector.vault import new_key
from tests import quick_passwords
from tests.privileged import url_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    quick_passwords.use(monkeypatch)


@pytest.fixture
def built(database_url: str) -> Iterator[Application]:
    opened = application(
        read_settings({"ML_CONNECTOR_DATABASE_URL": database_url, "ML_CONNECTOR_MASTER_KEYS": new_key()})
    )
    yield opened
    opened.close()


@pytest.fixture
def operator(built: Application) -> Operator:
    return Operator(application=built, actor="operator:root")


@pytest.fixture
def by_hand(database_url: str) -> Callable[[str], None]:
    """Somebody who writes into the database."""

    def write(statement: str) -> None:
        with open_single(url_of(database_url)).begin() as connection:
            connection.execute(sa.text(statement))

    return write
