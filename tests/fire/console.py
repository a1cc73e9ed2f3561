"""The web process with somebody standing at its points: ``python -m tests.fire.console``."""

from __future__ import annotations

import os
from pathlib import Path

from connector.points import watch
from tests.fire.ambiguity import Ambiguity
from tests.fire.striker import Porter
from workers.console import main

if __name__ == "__main__":
    if plan := os.environ.get("FIRE_PLAN"):
        watch(Porter(Path(plan)))
    if seed := os.environ.get("FIRE_SEED"):
        watch(Ambiguity(seed, float(os.environ.get("FIRE_SHARE", "0.01")), on_any_thread=True))
    main()
