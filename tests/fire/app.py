"""The Celery application with somebody standing at its points: ``celery -A tests.fire.app worker|beat``."""

from __future__ import annotations

import os
from pathlib import Path

from connector.points import watch
from tests.fire.ambiguity import Ambiguity
from tests.fire.striker import Striker
from workers.app import app

__all__ = ["app"]

if plan := os.environ.get("FIRE_PLAN"):
    watch(Striker(Path(plan)))
if seed := os.environ.get("FIRE_SEED"):
    watch(Ambiguity(seed, float(os.environ.get("FIRE_SHARE", "0.01"))))
