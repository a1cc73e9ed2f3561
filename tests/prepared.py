"""A PostgreSQL with the ledger's tables that nobody has used: made once for all test processes, and copied since.

To fill a directory and to migrate is a second and a half of work, a copy a tenth of that.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from connector.embedded import places, roles
from connector.embedded.postgres import UNSAFE_AND_FAST, EmbeddedPostgres

if TYPE_CHECKING:
    from collections.abc import Iterator

#: tells the test processes of a run where it is
PLACE = "PREPARED_LEDGER"
_DATA = Path("postgres", "data")


@contextmanager
def place_for_one(parent: Path | None) -> Iterator[None]:
    """Have a place for it as long as a run of the tests lasts; it is made when somebody asks."""
    directory = Path(tempfile.mkdtemp(prefix="mlc-ledger-", dir=parent))
    directory.chmod(0o711)
    os.environ[PLACE] = str(directory)
    try:
        yield
    finally:
        del os.environ[PLACE]
        shutil.rmtree(directory)


def lay_ready(directory: Path) -> None:
    """Put a copy where a server that has not been started will have its directory; nothing where no tests run."""
    if PLACE not in os.environ:
        return
    home = places.home_for(directory, places.unprivileged_account())
    subprocess.run(["cp", "-a", _made(Path(os.environ[PLACE])) / _DATA, home / "data"], check=True)


def _made(place: Path) -> Path:
    done = place / "done"
    with (place / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            _make(place)
            done.touch()
    return place


def _make(place: Path) -> None:
    from connector.store.migrate import upgrade  # noqa: PLC0415 tests without a database do not need the store

    with EmbeddedPostgres(place / _DATA.parent, settings=UNSAFE_AND_FAST) as server:
        upgrade(server.url(user=roles.OWNER), login_url=server.url())
