"""Send one message to one channel, whichever kind that is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.telling import mail, posts
from connector.telling.channels import KINDS, Mail

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping
    from typing import Any

    from connector.domain.outbound import Outbound
    from connector.telling.wording import Message


def send(
    message: Message,
    kind: str,
    config: Mapping[str, Any],
    secrets: Mapping[str, str],
    *,
    name: str,
    at: dt.datetime,
    outbound: Outbound,
    allow_private: bool = False,
) -> None:
    """Raises ConnectorError, whose sentence says what to do and holds no secret.

    ``allow_private`` is what the deployment permits to all; ``outbound`` how it reaches what lies outside. A mail
    server is reached directly: forward proxies speak HTTP.
    """
    settings = KINDS[kind][0].model_validate(config)
    where = f"alert channel {name}"
    if isinstance(settings, Mail):
        mail.send(message, settings, secrets, name=where, at=at, allow_private=allow_private, ca_file=outbound.ca_file)
    else:
        posts.send(message, kind, settings, secrets, name=where, at=at, outbound=outbound, allow_private=allow_private)
