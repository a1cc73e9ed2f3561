"""How long ago each host gave a sign of life, for health checks: they are made often, so little is loaded for them."""

from __future__ import annotations

import psycopg

from connector.domain.errors import StoreUnavailable
from connector.store.postgres.address import address
from connector.store.postgres.refusal import where_of, why_of

_TIMEOUT_SECONDS = 5
_SECONDS_AGO = """
SELECT host, CAST(extract(epoch FROM clock_timestamp() - max(heartbeat_at)) AS float8) FROM workers GROUP BY host
"""


def seconds_ago(database_url: str) -> dict[str, float]:
    """By host, the seconds since one of its workers or its beat was heard of."""
    given = {"connect_timeout": _TIMEOUT_SECONDS, **address(database_url).parameters}
    try:
        with psycopg.connect(**given) as connection:  # type: ignore[arg-type]  # of an address
            return dict(connection.execute(_SECONDS_AGO).fetchall())
    except psycopg.Error as error:
        raise StoreUnavailable(
            "The ledger cannot be asked whether its workers live.", where=where_of(given), why=why_of(error)
        ) from None
