"""The table of settings in the code's own words, so that no page can drift from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.config.meanings import is_secret, variable_of
from connector.config.settings import Settings
from connector.config.signing_in import SigningIn
from connector.config.upkeep import Upkeep

if TYPE_CHECKING:
    from pydantic_settings import BaseSettings


@dataclass(frozen=True, kw_only=True)
class Described:
    """One row of the table of settings."""

    variable: str
    default: str
    meaning: str
    secret: bool


def describe() -> list[Described]:
    """Return every setting."""
    return [
        Described(
            variable=variable_of(name),
            default=_shown(field.default),
            meaning=field.description or "",
            secret=is_secret(name),
        )
        for name, field in sorted(
            Settings.model_fields.items(),
            key=lambda one: (one[0] in SigningIn.model_fields) + 2 * (one[0] in Upkeep.model_fields),
        )
    ]


def settings_table() -> str:
    """Return the table of settings in Markdown, as its page shows it."""
    rows = [f"| `{row.variable}` | {f'`{row.default}`' if row.default else ''} | {row.meaning} |" for row in describe()]
    return "\n".join(["| Variable | Default | Meaning |", "|---|---|---|", *rows])


def _room(name: str) -> int:
    """Settings of a file of their own come behind the others."""
    rooms: tuple[type[BaseSettings], ...] = (SigningIn, Upkeep)
    return next((number for number, room in enumerate(rooms, start=1) if name in room.model_fields), 0)


def _shown(default: object) -> str:
    if isinstance(default, bool):
        return str(default).lower()
    return "" if default == {} else str(default)
