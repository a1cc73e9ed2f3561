"""As whom programs of others run that refuse to run as root."""

from __future__ import annotations

from typing import Any

from connector.embedded import places


def as_whom() -> dict[str, Any]:
    """Return what ``subprocess`` is told of the account; nothing where we are not root."""
    account = places.unprivileged_account()
    return {"user": account.uid, "group": account.gid, "extra_groups": []} if account else {}
