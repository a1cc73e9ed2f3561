"""The blocks of shell in the documentation, typed as they stand where there are no containers."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

from connector.embedded import places
from tests.docs.pages import ROOT
from tests.waiting import HANG_SECONDS

if TYPE_CHECKING:
    from pathlib import Path

_BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
# Inside a container stands what is installed here; what starts and stops containers does nothing.
_PRELUDE = """
set -euo pipefail
docker-compose() {
  case "$1" in
    stop | up) return 0 ;;
    logs) cat "$LOGS" ; return 0 ;;
    exec | run)
      while [ "$1" != postgres ] && [ "$1" != worker-control ]; do shift; done
      shift
      "$@" ;;
    *) return 99 ;;
  esac
}
ml-connector() { "$PYTHON" -m workers.command "$@"; }
"""


def blocks(section: str) -> list[str]:
    """The blocks of shell below a heading of docs/operations.md."""
    page = (ROOT / "docs" / "operations.md").read_text()
    return _BLOCK.findall(page.partition(f"\n## {section}\n")[2].partition("\n## ")[0])


def typed(block: str, folder: Path, *, host: str, logs: Path) -> str:
    """Type a block in this folder, as a user of the PostgreSQL behind the socket ``host``; returns what it printed."""
    environment = {
        **os.environ,
        "PATH": f"{places.programs_for(None)}:{os.environ['PATH']}",
        "PGHOST": host,
        "PYTHON": sys.executable,
        "PYTHONPATH": str(ROOT),
        "LOGS": str(logs),
    }
    words = ["bash", "-c", _PRELUDE + block.replace("/media/safe/", f"{folder}/")]
    done = subprocess.run(
        words, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=HANG_SECONDS
    )
    assert done.returncode == 0, f"{block}\n{done.stdout}\n{done.stderr}"
    return done.stdout
