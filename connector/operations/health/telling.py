"""Send what channels are to be told: each message is taken, sent, and written down as sent, or tried again later."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from connector.domain.errors import ConnectorError
from connector.operations.setup import alert_channels as channels
from connector.store.beat import telling
from connector.telling import wording

if TYPE_CHECKING:
    from uuid import UUID

    from connector.operations.operator import Operator
    from connector.store.beat.telling import Outgoing

_log = logging.getLogger(__name__)


def tell(operator: Operator, *, console: str = "") -> int:
    """Send all that is due, one message to each channel; returns how many went through.

    A channel that is away holds up no other one. ``console`` is where people open the console.
    """
    told = 0
    served: set[UUID] = set()
    while True:
        with operator.transaction() as tx:
            outgoing = telling.take(tx, but=served)
        if outgoing is None:
            return told
        served.add(outgoing.channel_id)
        told += _told(operator, outgoing, console)


def _told(operator: Operator, outgoing: Outgoing, console: str) -> bool:
    try:
        message = wording.message(
            outgoing.batch,
            outgoing.lines,
            channel=outgoing.channel,
            timezone=outgoing.hearing.timezone,
            console=console,
        )
        channels.send(
            operator,
            message,
            channel_id=outgoing.channel_id,
            name=outgoing.channel,
            kind=outgoing.kind,
            sealed=outgoing.sealed,
        )
    except ConnectorError as error:
        why = error.message
    except Exception as error:  # noqa: BLE001 - a mistake of ours in one channel keeps no other one waiting
        why = f"A mistake of ours ({type(error).__name__}) keeps this message from being sent; report it."
    else:
        with operator.transaction() as tx:
            telling.sent(tx, outgoing.batch)
        return True
    with operator.transaction() as tx:
        given_up = telling.failed(tx, outgoing, why)
    evidence = {"channel": outgoing.channel, "error": why, "tries": outgoing.tries}
    _log.log(*((logging.ERROR, "alert.given_up") if given_up else (logging.WARNING, "alert.not_sent")), extra=evidence)
    return False
