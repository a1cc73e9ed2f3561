"""What a command writes into a file that somebody named: readable by nobody else, complete or not at all."""

from __future__ import annotations

from pathlib import Path

from connector import files
from connector.domain.errors import ConfigurationError


def keep(name: str, content: str) -> None:
    """Write a file in the place of the one of that name; raises ConfigurationError where that cannot be."""
    place = Path(name)
    try:
        files.write(place, content)
    except OSError as error:
        raise ConfigurationError(f"{place} cannot be written: {error.strerror}.") from None
