"""Make the secrets of ``docker-compose.yml`` in ``./secrets``, once: what exists is never replaced."""

from __future__ import annotations

import base64
import os
import secrets
import sys
from contextlib import suppress
from pathlib import Path

_DATABASE = "postgresql://{}:{}@postgres:5432/ml_connector"
DIRECTORY = Path(__file__).resolve().parent.parent / "secrets"
#: queues and events of ours, figures, emptying; not the server itself, no scripts, no other keys
REDIS_RIGHTS = "~ml-connector:* &* +@all -@admin -@dangerous -@scripting +info +flushall +flushdb"


def main(directory: Path = DIRECTORY) -> None:
    """Write the files that are missing."""
    # The directory is closed; the files inside can be read by the containers' users, who see nothing but their own.
    directory.mkdir(mode=0o700, exist_ok=True)
    directory.chmod(0o700)
    database_url = directory / "database_url"
    older = database_url.exists() and not (directory / "login_password").exists()
    _once(directory / "postgres_password", secrets.token_urlsafe(24))
    owner = _once(directory / "owner_password", secrets.token_urlsafe(24))
    login = _once(directory / "login_password", secrets.token_urlsafe(24))
    redis = _redis(directory / "redis_conf")
    url = _once(database_url, _DATABASE.format("ml_connector", login))
    # What was made with one role for everything goes on with it: docs/security.md says how to make two of it.
    _once(directory / "owner_database_url", url if older else _DATABASE.format("ml_connector_owner", owner))
    _once(directory / "broker_url", f"redis://:{redis}@redis:6379/0")
    _once(directory / "master_keys", f"main:{base64.b64encode(os.urandom(32)).decode()}\n")
    _once(directory / "flower_password", secrets.token_urlsafe(12))
    _once(directory / "metrics_token", secrets.token_urlsafe(24))
    # In its place comes what the identity provider gave, where people sign in with one.
    _once(directory / "oidc_client_secret", secrets.token_urlsafe(24))
    sys.stdout.write(
        f"The secrets are in {directory}. Keep a copy of master_keys: without it the vault stays closed.\n"
    )


def _redis(file: Path) -> str:
    """Make Redis' password, once; what it is good for is written anew. Returns the password."""
    password = _once(file, f"requirepass {secrets.token_urlsafe(24)}\n").split()[1]
    settings = f"requirepass {password}\nuser default on >{password} {REDIS_RIGHTS}\nproto-max-bulk-len 1mb\n"
    if file.read_text() != settings:
        draft = file.with_name(f".redis_conf-{secrets.token_hex(8)}")
        _once(draft, settings)
        draft.replace(file)
    return password


def _once(file: Path, content: str) -> str:
    # Exclusively: nothing that somebody put there is written through.
    exclusively = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    with suppress(FileExistsError), os.fdopen(os.open(file, exclusively, 0o644), "w") as made:
        made.write(content)
    return file.read_text().strip()


if __name__ == "__main__":
    main()
