"""What one connection is sent: who sends it is checked before anything of the document is looked at.

The shared secret is Sender's and says who forwards; From says whose document it is. Both are checked: a network may
forward for its suppliers, and nobody else. A message for another, or of another deploymentMode, is not taken.
"""

from __future__ import annotations

import hmac
from http import HTTPStatus
from typing import TYPE_CHECKING

from connector.ports import Kept, Message, TurnedAwayError
from connector.systems.cxml.documents import identity
from connector.systems.cxml.incoming import messages
from connector.systems.cxml.incoming.replies import Code, reply
from connector.xml.reading import NotReadable, local

if TYPE_CHECKING:
    from connector.ports import Arrived, Reply
    from connector.systems.cxml.config import CxmlConfig
    from connector.systems.cxml.incoming.envelope import Credential, Envelope
    from connector.systems.cxml.incoming.messages import Opened

_MEGABYTE = 1_000_000
_SHOWN = 60


class CxmlReceiver:
    """Implements ``ports.Receiver``."""

    def __init__(self, *, config: CxmlConfig, secret: str) -> None:
        self._config, self._secret = config, secret

    @property
    def most_bytes(self) -> int:
        """As the connection says."""
        return self._config.most_message_megabytes * _MEGABYTE

    def too_long(self) -> Reply:
        """It will not get shorter by being sent again."""
        return reply(Code.BAD_REQUEST, f"The message is longer than {self._config.most_message_megabytes} MB.")

    def read(self, arrived: Arrived) -> Message:
        """Check who sent it and for whom, and tell what it is; raises TurnedAwayError."""
        content_type = _content_type(arrived)
        try:
            opened = messages.opened(arrived.body, content_type, most_bytes=self.most_bytes)
        except NotReadable as error:
            raise _turned_away(Code.NOT_ACCEPTABLE, f"The message {error}.") from None
        envelope = opened.envelope
        self._is_known(envelope)
        self._is_for_us(envelope)
        if opened.entity is None:
            asked = local(envelope.request)[:_SHOWN]
            raise _turned_away(Code.NOT_IMPLEMENTED, f"{asked} is not implemented here.", envelope)
        try:
            return self._message(opened, content_type)
        except NotReadable as error:
            raise _turned_away(Code.NOT_ACCEPTABLE, f"The message {error}.", envelope) from None

    def reply(self, arrived: Arrived, message: Message, kept: Kept) -> Reply:
        """Say that it was taken; the same again for the same message."""
        del arrived
        if kept is Kept.OTHER:
            words = "Another message with this payloadID was taken before; this one was not. Send it under a new one."
            return reply(Code.CONFLICT, words, to=message.id)
        if message.entity == messages.INVOICES and self._config.url:
            return reply(Code.ACCEPTED, "Taken; its status follows.", to=message.id)
        return reply(Code.OK, "Taken.", to=message.id)

    def unable(self, arrived: Arrived | None) -> Reply:
        """Nothing was stored: it should be sent again, under the same payloadID."""
        del arrived
        words = "The message could not be stored now; send it again, with the same payloadID."
        return reply(Code.SERVER_ERROR, words, http=HTTPStatus.SERVICE_UNAVAILABLE)

    def _message(self, opened: Opened, content_type: str) -> Message:
        sender = identity.folded(str(opened.envelope.from_[0]))
        key = opened.key
        opened.payload  # noqa: B018 - what cannot be read later is refused now
        return Message(
            entity=opened.entity or "",
            id=f"{sender}|{opened.envelope.payload_id}",
            key=key,
            stands_at=opened.envelope.timestamp,
            content_type=content_type,
        )

    def _is_known(self, envelope: Envelope) -> None:
        """Of several credentials each one counts that has the partner's name; one must have its secret."""
        partner = self._config.partner
        named = [one for one in envelope.sender if identity.same(str(one), partner)]
        shown = [one.secret for one in named if one.secret is not None]
        # asked of somebody unknown as well, so that the time it takes says nothing
        right = [hmac.compare_digest(_digest(secret), _digest(self._secret)) for secret in (shown or [""])]
        if not named or not self._secret or not any(right):
            why = "without a shared secret" if named and not shown else "with credentials that are not the partner's"
            raise _turned_away(
                Code.UNAUTHORIZED, "The credentials of Sender are not known here.", envelope, log=f"It came {why}."
            )
        allowed = self._config.suppliers
        if allowed and not any(_is_one_of(one, allowed) for one in envelope.from_):
            raise _turned_away(Code.UNAUTHORIZED, "Sender may not send documents of this From.", envelope)

    def _is_for_us(self, envelope: Envelope) -> None:
        if not any(self._config.is_us(str(one)) for one in envelope.to):
            raise _turned_away(Code.BAD_REQUEST, "To names nobody who takes messages here.", envelope)
        mode = self._config.deployment_mode
        if envelope.mode != mode:
            words = f"Only messages with deploymentMode {mode} are taken here; this one has {envelope.mode[:_SHOWN]}."
            raise _turned_away(Code.BAD_REQUEST, words, envelope)


def _turned_away(code: Code, words: str, envelope: Envelope | None = None, *, log: str = "") -> TurnedAwayError:
    to = envelope.payload_id if envelope else ""
    return TurnedAwayError(log or words, reply(code, words, to=to))


def _is_one_of(one: Credential, names: tuple[str, ...]) -> bool:
    return any(identity.same(str(one), name) for name in names)


def _digest(secret: str) -> bytes:
    """Of one length, whatever was sent."""
    return hmac.digest(b"cXML", secret.encode("utf-8", "surrogatepass"), "sha256")


def _content_type(arrived: Arrived) -> str:
    found = arrived.headers.get("content-type", ())
    return found[0] if found else ""
