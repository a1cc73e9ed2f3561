"""What one connection is sent: who sends it is checked before anything of the document is looked at.

The shared secret is Sender's and says who forwards; From says whose document it is. Both are checked: a network may
forward for its suppliers, and nobody else. A message for another, or of another deploymentMode, is not taken; it is
kept for people, who may have to ask why it came.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from connector.ports import Kept, Message, Proof, TurnedAwayError
from connector.reading import values
from connector.systems.cxml.documents import identity
from connector.systems.cxml.incoming import messages
from connector.systems.cxml.incoming.replies import Code, reply
from connector.xml.reading import NotReadable, local
from connector.xml.writing import canonical

if TYPE_CHECKING:
    from connector.ports import Arrived, Reply
    from connector.systems.cxml.config import CxmlConfig
    from connector.systems.cxml.incoming.envelope import Credential, Envelope
    from connector.systems.cxml.incoming.messages import Opened

_MEGABYTE = 1_000_000
_SHOWN = 60


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What becomes of a message of somebody known."""

    message: Message
    #: what it is answered where it is not taken
    refused: Code | None = None
    words: str = ""


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
        """Check who sent it, and tell what it is; raises TurnedAwayError for what nobody known has sent."""
        content_type = _content_type(arrived)
        try:
            opened = messages.opened(arrived.body, content_type, most_bytes=self.most_bytes)
        except NotReadable as error:
            # Who sent it stands in it, so that nobody can tell.
            raise _turned_away(Code.NOT_ACCEPTABLE, f"The message {error}.", proof=Proof.UNREADABLE) from None
        self._is_known(opened.envelope)
        return self._judged(opened, arrived.body, content_type).message

    def reread(self, body: bytes, content_type: str) -> Message:
        """Tell what a stored message is."""
        try:
            opened = messages.opened(body, content_type, most_bytes=self.most_bytes)
        except NotReadable as error:
            return Message(entity="", id=_digest_of(body), problem=f"The message {error}.", content_type=content_type)
        return self._judged(opened, body, content_type).message

    def reply(self, arrived: Arrived, message: Message, kept: Kept) -> Reply:
        """Say that it was taken, or why it never will be; the same again for the same message."""
        opened = messages.opened(arrived.body, _content_type(arrived), most_bytes=self.most_bytes)
        judged, to = self._judged(opened, arrived.body, ""), opened.envelope.payload_id
        if judged.refused is not None:
            return reply(judged.refused, judged.words, to=to)
        if kept is Kept.OTHER:
            words = "Another message with this payloadID was taken before; this one was not. Send it under a new one."
            return reply(Code.CONFLICT, words, to=to)
        if message.entity == messages.INVOICES and self._config.url:
            return reply(Code.ACCEPTED, "Taken; its status follows.", to=to)
        return reply(Code.OK, "Taken.", to=to)

    def unable(self, arrived: Arrived | None) -> Reply:
        """Nothing was stored: it should be sent again, under the same payloadID."""
        del arrived
        words = "The message could not be stored now; send it again, with the same payloadID."
        return reply(Code.SERVER_ERROR, words, http=HTTPStatus.SERVICE_UNAVAILABLE)

    def _judged(self, opened: Opened, body: bytes, content_type: str) -> Judged:
        """What becomes of a message of a partner. What is refused is kept for people, and read by no flow.

        It may be sent again under its payloadID once it is corrected: it was never taken.
        """
        envelope = opened.envelope
        sender = str(envelope.from_[0])
        refused, words = self._refusal(opened)
        if refused is not None:
            problem = "" if refused is Code.NOT_IMPLEMENTED else words
            kept = Message(entity="", id=_digest_of(body), problem=problem, sender=sender, content_type=content_type)
            return Judged(message=kept, refused=refused, words=words)
        taken = Message(
            entity=opened.entity or "",
            id=messages.message_id(envelope, envelope.payload_id),
            key=opened.key,
            refers_to=opened.refers_to,
            stands_at=envelope.timestamp,
            sender=sender,
            content_type=content_type,
            says=canonical(envelope.request) + b"+%d" % opened.attachments,
        )
        return Judged(message=taken)

    def _refusal(self, opened: Opened) -> tuple[Code | None, str]:
        """Why a message is not taken; None where it is."""
        envelope, mode = opened.envelope, self._config.deployment_mode
        if not any(self._config.is_us(str(one)) for one in envelope.to):
            return Code.BAD_REQUEST, "To names nobody who takes messages here."
        if envelope.mode != mode:
            said = _shown(envelope.mode)
            return Code.BAD_REQUEST, f"Only messages with deploymentMode {mode} are taken here; this one has {said}."
        if opened.entity is None:
            return Code.NOT_IMPLEMENTED, f"{_shown(local(envelope.request))} is not implemented here."
        try:
            _ = opened.key, opened.refers_to, opened.payload
        except NotReadable as error:
            return Code.NOT_ACCEPTABLE, f"The message {error}."
        return None, ""

    def _is_known(self, envelope: Envelope) -> None:
        """Of several credentials each one counts that has the partner's name; one must have its secret."""
        partner = self._config.partner
        named = [one for one in envelope.sender if identity.same(str(one), partner)]
        shown = [one.secret for one in named if one.secret is not None]
        # asked of somebody unknown as well, so that the time it takes says nothing
        right = [hmac.compare_digest(_hidden(secret), _hidden(self._secret)) for secret in (shown or [""])]
        if not named or not self._secret or not any(right):
            why = "without a shared secret" if named and not shown else "with credentials that are not the partner's"
            raise _turned_away(
                Code.UNAUTHORIZED, "The credentials of Sender are not known here.", envelope, log=f"It came {why}."
            )
        allowed = self._config.suppliers
        if allowed and not any(_is_one_of(one, allowed) for one in envelope.from_):
            raise _turned_away(
                Code.UNAUTHORIZED, "Sender may not send documents of this From.", envelope, proof=Proof.GIVEN
            )


def _turned_away(
    code: Code, words: str, envelope: Envelope | None = None, *, log: str = "", proof: Proof = Proof.FAILED
) -> TurnedAwayError:
    to = envelope.payload_id if envelope else ""
    return TurnedAwayError(log or words, reply(code, words, to=to), proof=proof)


def _is_one_of(one: Credential, names: tuple[str, ...]) -> bool:
    return any(identity.same(str(one), name) for name in names)


def _shown(word: str) -> str:
    """Somebody else's word, shortened."""
    return values.line(word)[:_SHOWN] or "none"


def _digest_of(body: bytes) -> str:
    return f"refused|{hashlib.sha256(body).hexdigest()}"


def _hidden(secret: str) -> bytes:
    """Of one length, whatever was sent."""
    return hmac.digest(b"cXML", secret.encode("utf-8", "surrogatepass"), "sha256")


def _content_type(arrived: Arrived) -> str:
    found = arrived.headers.get("content-type", ())
    return found[0] if found else ""
