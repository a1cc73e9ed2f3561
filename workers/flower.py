"""``python -m workers.flower``: Flower as the settings say, for containers. ``up`` starts it by itself."""

from __future__ import annotations

import os

from connector.config import PREFIX, load_settings
from connector.domain.errors import ConfigurationError
from connector.embedded.programs import flower
from workers import listening
from workers.refusing import refuse


def main() -> None:
    """Become Flower; its password travels in the environment, not in the command line."""
    try:
        settings = load_settings(needs=("broker_url",))
        listening.require(settings.flower_address, settings.flower_port, f"{PREFIX}FLOWER_PORT")
    except ConfigurationError as error:
        refuse(error)
    if not settings.flower_password:
        refuse(f"Flower needs a password: set {PREFIX}FLOWER_PASSWORD or {PREFIX}FLOWER_PASSWORD_FILE.")
    program = flower(settings.flower_password, settings.flower_address, settings.flower_port)
    os.execve(program.command[0], program.command, {**os.environ, **program.environment})  # noqa: S606 - our own table


if __name__ == "__main__":
    main()
