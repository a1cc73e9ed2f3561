"""Who needs settings loads them here. Only what reads some loads pydantic and its settings: start-up code, once."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from connector.config.local_stack import of_somebody_else, running_stack
from connector.config.names import PREFIX
from connector.domain.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from connector.config.settings import Settings

_SERVERS = {"database_url": "PostgreSQL", "broker_url": "Redis"}


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings without asking for any; raises ConfigurationError with a sentence for each mistake."""
    from connector.config.environment import settings_of  # noqa: PLC0415 - for those who read settings

    return settings_of(os.environ if environment is None else environment)


def load_settings(
    environment: Mapping[str, str] | None = None, *, needs: Collection[str] = tuple(_SERVERS)
) -> Settings:
    """Read the settings of a process that needs these servers: what is not set comes from a running ``up``."""
    settings = read_settings(environment)
    if all(getattr(settings, name) for name in needs):
        return settings
    given = stack.settings if (stack := running_stack(settings.data_dir)) else {}
    filled = settings.model_copy(
        update={name: given[name] for name in needs if name in given and not getattr(settings, name)}
    )
    if not settings.database_url:
        filled = filled.beside_its_database()
    for name in needs:
        if not getattr(filled, name):
            why = of_somebody_else(settings.data_dir)
            raise ConfigurationError(why) if why else _missing(name)
    return filled


def secret_settings() -> frozenset[str]:
    """Names of the settings that are secrets."""
    from connector.config import meanings  # noqa: PLC0415 - as above

    return meanings.secret_settings()


def _missing(name: str) -> ConfigurationError:
    from connector.config.meanings import must_be  # noqa: PLC0415 - as above

    return ConfigurationError(
        f"There is no {_SERVERS[name]} to work with: start `ml-connector up` in another terminal, or set "
        f"{PREFIX}{name.upper()} to {must_be(name)}."
    )
