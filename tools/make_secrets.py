"""Make the secrets of ``docker-compose.yml`` in ``./secrets``, once: what exists is never replaced."""

from __future__ import annotations

import base64
import os
import secrets
import sys
from pathlib import Path

DIRECTORY = Path(__file__).resolve().parent.parent / "secrets"


def main(directory: Path = DIRECTORY) -> None:
    """Write the files that are missing."""
    # The directory is closed; the files inside can be read by the containers' users, who see nothing but their own.
    directory.mkdir(mode=0o700, exist_ok=True)
    directory.chmod(0o700)
    postgres = _once(directory / "postgres_password", secrets.token_urlsafe(24))
    redis = _once(directory / "redis_conf", f"requirepass {secrets.token_urlsafe(24)}\n").split()[1]
    _once(directory / "database_url", f"postgresql://ml_connector:{postgres}@postgres:5432/ml_connector")
    _once(directory / "broker_url", f"redis://:{redis}@redis:6379/0")
    _once(directory / "master_keys", f"main:{base64.b64encode(os.urandom(32)).decode()}\n")
    _once(directory / "flower_password", secrets.token_urlsafe(12))
    sys.stdout.write(
        f"The secrets are in {directory}. Keep a copy of master_keys: without it the vault stays closed.\n"
    )


def _once(file: Path, content: str) -> str:
    if not file.exists():
        file.touch(mode=0o644)
        file.write_text(content)
    return file.read_text().strip()


if __name__ == "__main__":
    main()
