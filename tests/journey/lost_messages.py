"""A broker that loses everything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from connector.domain.journey import Step


@dataclass
class Nobody:
    """A dispatcher whose messages all get lost."""

    def step(self, step: Step, record_ids: Any) -> None:
        """Lose it."""

    def poll(self, run_ids: Any) -> None:
        """Lose it."""

    def extract(self, piece_ids: Any) -> None:
        """Lose it."""
