"""What is said of each setting: its variable, what it must be, and whether it is a secret."""

from __future__ import annotations

from typing import Any

from connector.config.names import PREFIX
from connector.config.settings import Settings


def variable_of(name: str) -> str:
    """Return the environment variable of a setting."""
    return PREFIX + ("<SYSTEM>_APPLICATION" if name == "applications" else name.upper())


def secret_settings() -> frozenset[str]:
    """Names of the settings that are secrets."""
    return frozenset(name for name in Settings.model_fields if is_secret(name))


def is_secret(name: str) -> bool:
    """Whether the value of a setting is never shown."""
    return bool(_extra(name)["secret"])


def must_be(name: str) -> str:
    """Return what a setting must be, as the end of a sentence."""
    return str(_extra(name)["must_be"])


def _extra(name: str) -> dict[str, Any]:
    extra = Settings.model_fields[name].json_schema_extra
    return extra if isinstance(extra, dict) else {}
