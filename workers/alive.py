"""``python -m workers.alive``: whether the processes of this host give signs of life, for health checks.

A process that exists may still do nothing; one that writes its heartbeat into the ledger reaches what it needs.
"""

from __future__ import annotations

import datetime as dt
import socket
import sys

from connector.config import load_settings
from connector.domain.errors import ConnectorError
from connector.domain.harmless import harmless
from connector.store import operator as ledger
from connector.store.ledger import Ledger
from connector.store.operator.transaction import transaction


def main() -> int:
    """Return the exit code: 0 when a worker or beat of this host was heard of lately."""
    try:
        settings = load_settings(needs=("database_url",))
        with transaction(Ledger(settings.database_url), actor="health") as tx:
            heard = ledger.server.alive(tx, within=dt.timedelta(seconds=settings.dead_worker_seconds))
    except ConnectorError as error:
        sys.stderr.write(f"{harmless(str(error))}\n")
        return 1
    here = socket.gethostname()
    if any(process.host == here for process in heard):
        return 0
    sys.stderr.write(f"No worker or beat of {here} gave a sign of life for {settings.dead_worker_seconds} seconds.\n")
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
