"""Settings of connections that the release before does not know."""

from __future__ import annotations

from typing import Any

from pydantic import Field


def younger(default: object) -> Any:  # noqa: ANN401 - it stands where a value of the setting's own type does
    """A setting that is stored only where it is set: workers of the release before refuse what they do not know."""
    return Field(default=default, exclude_if=lambda value: value == default)
