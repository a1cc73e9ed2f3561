"""What a command writes into a file that somebody named: readable by nobody else, complete or not at all."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from connector import files
from connector.domain.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable


def keep(name: str, content: Iterable[str]) -> None:
    """Write a file in the place of the one of that name, a part after the other; raises ConfigurationError."""
    place = Path(name)
    try:
        with files.replacing(place) as opened, os.fdopen(opened, "w", encoding="utf-8", closefd=False) as file:
            file.writelines(content)
    except OSError as error:
        raise ConfigurationError(f"{place} cannot be written: {error.strerror}.") from None
