"""The settings of a deployment: where they come from, what each must be, and the table of their page."""

from __future__ import annotations

from connector.config.settings import (
    MASTER_KEYS_FILE,
    PREFIX,
    Settings,
    load_settings,
    read_settings,
    secret_settings,
    variable_of,
)

__all__ = [
    "MASTER_KEYS_FILE",
    "PREFIX",
    "Settings",
    "load_settings",
    "read_settings",
    "secret_settings",
    "variable_of",
]
