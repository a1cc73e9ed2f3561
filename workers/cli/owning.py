"""Settings of commands that do as the owner of the ledger's tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.config import load_settings
from connector.config.local_stack import running_stack
from connector.operations.operator import Operator
from workers.cli.session import actor, build

if TYPE_CHECKING:
    from connector.config.settings import Settings


def owner_settings() -> Settings:
    """The settings, with who owns the tables.

    What ``up`` runs is told of a role that owns nothing. Whoever types a command beside it may be the owner as well:
    its PostgreSQL lets in whoever may enter its data directory.
    """
    settings = load_settings(needs=("database_url",))
    stack = running_stack(settings.data_dir)
    if settings.owner_database_url or stack is None or settings.database_url != stack.settings.get("database_url"):
        return settings
    from connector.embedded import roles  # noqa: PLC0415 - not where the owner is named

    return settings.model_copy(update={"owner_database_url": roles.as_owner(settings.database_url)})


def owner(settings: Settings) -> Operator:
    """Whoever owns the tables: the role that works may neither remove nor dump them."""
    application = build(settings.model_copy(update={"database_url": settings.owner_url}))
    application.require_vault()
    return Operator(application=application, actor=actor())
