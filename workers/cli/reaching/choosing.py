"""Which of both it is."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from connector.domain.errors import ConfigurationError
from workers.cli.elsewhere import TOKEN, TOKEN_FILE, server

if TYPE_CHECKING:
    from workers.cli.reaching.api import Api
    from workers.cli.reaching.api_periods import ApiPeriods
    from workers.cli.reaching.http import Server
    from workers.cli.reaching.ledger import Ledger
    from workers.cli.reaching.ledger_periods import LedgerPeriods


def reached_periods() -> LedgerPeriods | ApiPeriods:
    """The same for what is done at the end of a month."""
    if not server():
        from workers.cli.reaching.ledger_periods import LedgerPeriods  # noqa: PLC0415 - for those who work on it

        return LedgerPeriods()
    from workers.cli.reaching.api_periods import ApiPeriods  # noqa: PLC0415 - likewise

    return ApiPeriods(console())


def reached() -> Ledger | Api:
    """What the command works on; nothing is contacted yet."""
    if not server():
        from workers.cli.reaching.ledger import Ledger  # noqa: PLC0415 - for those who work on it

        return Ledger()
    from workers.cli.reaching.api import Api  # noqa: PLC0415 - likewise

    return Api(console())


def console() -> Server:
    """The console that was named; nothing is contacted yet."""
    from workers.cli.reaching.http import Server  # noqa: PLC0415 - likewise

    return Server(server(), _token())


def _token() -> str:
    from connector.operations.setup.references import text_of  # noqa: PLC0415 - likewise

    file = os.environ.get(TOKEN_FILE, "")
    token = (text_of(file) if file else os.environ.get(TOKEN, "")).strip()
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise ConfigurationError(
            f"--server takes a token of yours: set {TOKEN}, or {TOKEN_FILE} to a file that holds it. `ml-connector "
            "operator token add`, or the page Your account, makes one."
        )
    return token
