"""The settings of a deployment: where they come from, what each must be, and the table of their page."""

from __future__ import annotations

from connector.config.loading import load_settings, read_settings, secret_settings
from connector.config.names import DATA_DIR, MASTER_KEYS_FILE, PREFIX

__all__ = [
    "DATA_DIR",
    "MASTER_KEYS_FILE",
    "PREFIX",
    "load_settings",
    "read_settings",
    "secret_settings",
]
