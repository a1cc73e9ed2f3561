"""What QXO pushes to this connection is taken here: who sends it, which document it is, and a good answer.

QAD holds back every later message of a row whose message failed. So what cannot be read is kept for a person and
answered well; only what could not be stored is answered with a fault.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING

from connector.domain.identity import new_id
from connector.ports import Message, Reply, TurnedAwayError
from connector.systems.qad_ee import pushes, rows, soap
from connector.xml import reading, writing
from connector.xml.reading import NotReadable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree

    from connector.ports import Arrived, Kept
    from connector.systems.qad_ee.config import QadEeConfig
    from connector.systems.qad_ee.names import Names
    from connector.systems.qad_ee.pushes import Push
    from connector.systems.qad_ee.reading_names import Object

SECRET_HEADER = "x-connector-secret"  # noqa: S105 - the name of a header
_TYPE = "text/xml; charset=utf-8"
#: no key and no id of an event has more characters
_LONGEST = 200


class QxoReceiver:
    """Implements ports.Receiver."""

    def __init__(self, *, config: QadEeConfig, names: Names, secret: str) -> None:
        self._config, self._names, self._secret = config, names, secret

    @property
    def most_bytes(self) -> int:
        """As the connection says."""
        return self._config.most_push_megabytes * 1_000_000

    def too_long(self) -> Reply:
        """A fault: it is not stored."""
        words = f"longer than {self._config.most_push_megabytes} MB"
        return _fault(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "Client", words)

    def read(self, arrived: Arrived) -> Message:
        """Check who sent it, and tell what it is; raises TurnedAwayError."""
        sender = self._checked(arrived)
        kind = next(iter(arrived.headers.get("content-type", ())), "")
        return replace(self.reread(arrived.body, kind), sender=sender)

    def reread(self, body: bytes, content_type: str) -> Message:
        """Tell what a message is; what cannot be told is its problem."""
        kind, digest = content_type, hashlib.sha256(body).hexdigest()
        try:
            push = pushes.read(body, content_type=kind, names=self._names, zone=self._config.formats.zone)
        except NotReadable as why:
            return Message(entity="", id=f"sha256:{digest}", problem=_problem(why), content_type=kind)
        # The same event may be about several rows, and be sent again: it is the same message when it says the same.
        # Without an event a document that is again as it was before is no repeat of the message that said so then.
        identity = f"{push.event[:_LONGEST]}:{digest[:32]}" if push.event else f"sha256:{digest}:{new_id()}"
        topic = company = ""
        try:
            topic, key, company = self._identified(push)
            problem = self._elsewhere(company, push.domain)
        except NotReadable as why:
            key, problem = "", _problem(why)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with it, QAD must not be answered badly
            key, problem = "", f"It cannot be understood ({type(error).__name__})."
        own = next((one for one in self._config.domains if one.casefold() == company.casefold()), "")
        if not problem and own and own != self._config.entity:
            topic = pushes.elsewhere(topic, own)
        return Message(
            entity=topic,
            id=identity,
            key=key,
            stands_at=push.at,
            snapshot=True,
            says=writing.canonical(push.around),
            problem=problem,
            content_type=kind,
        )

    def reply(self, arrived: Arrived, message: Message, kept: Kept) -> Reply:
        """Success, whatever it was: it is stored."""
        del arrived, message, kept
        result = soap.qdoc(self._names.of("push", "acknowledgement"), soap.qdoc("result", "success"))
        return _enveloped(HTTPStatus.OK, result)

    def unable(self, arrived: Arrived | None) -> Reply:
        """A fault: QAD sends it again."""
        del arrived
        return _fault(HTTPStatus.INTERNAL_SERVER_ERROR, "Server", "could not be stored now; send it again")

    def _checked(self, arrived: Arrived) -> str:
        """Who sent it, as it showed; raises TurnedAwayError."""
        config = self._config
        if config.push_certificate and arrived.certificate != config.push_certificate:
            raise self._turned_away("the client certificate is not the one of push_certificate")
        given = [*arrived.headers.get(SECRET_HEADER, ()), *_basic(arrived)]
        if self._secret and not any(hmac.compare_digest(one.encode(), self._secret.encode()) for one in given):
            raise self._turned_away("the secret is not the one of this connection" if given else "it has no secret")
        return config.push_certificate or "push_secret"

    @staticmethod
    def _turned_away(why: str) -> TurnedAwayError:
        return TurnedAwayError(why, _fault(HTTPStatus.UNAUTHORIZED, "Client", "not authorized"))

    def _identified(self, push: Push) -> tuple[str, str, str]:
        """Under which name it waits, the key of its document, and whose it is."""
        around, found = reading.local(push.around), None
        for found in self._alike(around):
            if rows.records([push.around], found.record):
                break
        else:
            raise NotReadable(f"holds {around}, which is none of the objects under entities")
        record = push.only(found)
        if pushes.gone(push, record, self._names):
            raise NotReadable("tells that its document was deleted in QAD, which no flow takes back by itself")
        lacking = rows.missing([record], found)
        if lacking:
            named = ", ".join(f"{path} ({where})" for path, where in lacking.items())
            raise NotReadable(f"has no {named}; have QXO publish them, or set to null what this site does not have")
        listed = rows.listed_rows(record, found, self._config.formats)
        key = listed[0].key
        if not key:
            raise NotReadable(f"names no {found.listed.shape.key.replace('_', ' ')}")
        if len(key) > _LONGEST:
            raise NotReadable(f"has {found.listed.shape.key.replace('_', ' ')} of {len(key)} characters")
        return found.topic, pushes.folded(key), pushes.company_of(push, record, found, self._names)

    def _alike(self, around: str) -> Iterator[Object]:
        for one in pushes.objects(self._names):
            if one.dataset.casefold() == around.casefold():
                yield one

    def _elsewhere(self, company: str, domain: str) -> str:
        """Why a document of another company is not for this connection; empty when it is."""
        config = self._config
        known = {entity.casefold(): within for entity, within in config.domains.items()}
        if company and company.casefold() not in known:
            return f"It is of entity {_plain(company)}, and this connection is for {', '.join(config.domains)}."
        own = known.get(company.casefold(), config.domain)
        if domain and domain.casefold() != own.casefold():
            return f"It is of domain {_plain(domain)}, and this connection is for {own}."
        return ""


def _problem(why: object) -> str:
    """Return half a sentence as a whole one."""
    return f"It {_plain(str(why)).rstrip('.')}."


def _plain(text: str) -> str:
    """Return a text that a sentence may show: not too long, and nothing invisible."""
    plain = "".join(sign if sign.isprintable() else "?" for sign in text[: _LONGEST + 1])
    return plain if len(text) <= _LONGEST else f"{plain[:_LONGEST]}..."


def _basic(arrived: Arrived) -> Iterator[str]:
    """Yield the passwords of HTTP Basic."""
    for header in arrived.headers.get("authorization", ()):
        scheme, _, coded = header.partition(" ")
        if scheme.casefold() == "basic":
            try:
                yield base64.b64decode(coded.strip(), validate=True).decode().partition(":")[2]
            except (binascii.Error, UnicodeDecodeError, ValueError):
                continue


def _fault(status: int, blamed: str, words: str) -> Reply:
    inside = writing.element(
        f"{{{soap.SOAP}}}Fault",
        writing.element("faultcode", f"soapenv:{blamed}"),
        writing.element("faultstring", words),
    )
    return _enveloped(status, inside)


def _enveloped(status: int, inside: etree._Element) -> Reply:
    return Reply(status=int(status), body=soap.wrapped(inside), content_type=_TYPE)
