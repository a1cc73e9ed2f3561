"""A system that sends documents: letters in XML, under a word that both sides know. It is neither read nor written."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from connector.domain.errors import ConfigurationError
from connector.domain.exchange import PingReport
from connector.domain.harmless import harmless
from connector.ports import Arrived, Examples, Kept, Message, Proof, Reply, TurnedAwayError
from connector.xml.reading import NotReadable, local, parse

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pytest

    from connector.ports import OpenConnection

WORD = "canary-word"
CONFIG = "owner: ACME\nword: env:LETTERS_WORD\n"


def letter(
    number: str, *, about: str = "K1", at: str = "", entity: str = "invoices", text: str = "", to: str = ""
) -> bytes:
    moment = f' at="{at}"' if at else ""
    refers = f' to="{to}"' if to else ""
    return f'<letter id="{number}" about="{about}" of="{entity}"{moment}{refers}>{text}</letter>'.encode()


@dataclass(kw_only=True)
class Mailbox:
    """Implements ports.Receiver."""

    word: str = WORD
    most_bytes: int = 100_000
    #: elements it knows
    known: set[str] = field(default_factory=lambda: {"letter"})
    #: whether the word is looked for in the letter itself
    inside: bool = False
    forbidden: bool = False
    #: a mistake of ours in reading, or between storing and answering
    breaks_at: str = ""

    def too_long(self) -> Reply:
        return _reply(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too long")

    def read(self, arrived: Arrived) -> Message:
        if self.inside:
            try:
                parse(arrived.body)
            except NotReadable as why:
                raise TurnedAwayError(str(why), _reply(HTTPStatus.OK, "torn"), proof=Proof.UNREADABLE) from None
        (word,) = arrived.headers.get("x-word", ("",))[:1]
        if not hmac.compare_digest(word.encode("latin-1", "replace"), self.word.encode()):
            raise TurnedAwayError("the word is wrong", _reply(HTTPStatus.UNAUTHORIZED, "who are you"))
        if self.forbidden:
            raise TurnedAwayError("not theirs", _reply(HTTPStatus.FORBIDDEN, "not yours"), proof=Proof.GIVEN)
        if self.breaks_at == "read":
            raise ZeroDivisionError(arrived.body)
        return self.reread(arrived.body, arrived.headers.get("content-type", ("",))[0])

    def reread(self, body: bytes, content_type: str) -> Message:
        whole = {"content_type": content_type, "sender": "the postman"}
        unknown = f"sha256:{hashlib.sha256(body).hexdigest()}"
        try:
            read = parse(body)
        except NotReadable as why:
            return Message(entity="", id=unknown, problem=f"It {why}.", **whole)
        if local(read) not in self.known:
            return Message(entity="", id=unknown, problem=f"Nobody knows a {harmless(local(read))}.", **whole)
        try:
            at = dt.datetime.fromisoformat(read.get("at", "2026-11-20T00:00")).replace(tzinfo=dt.UTC)
        except ValueError:
            return Message(entity="", id=unknown, problem="It says no time.", **whole)
        return Message(
            entity=read.get("of", ""),
            id=read.get("id") or unknown,
            key=read.get("about", ""),
            read_by=frozenset(read.get("for", "").split()),
            stands_at=at if read.get("at") else None,
            refers_to=read.get("to", ""),
            **whole,
        )

    def reply(self, arrived: Arrived, message: Message, kept: Kept) -> Reply:
        if self.breaks_at == "reply":
            raise ZeroDivisionError
        return _reply(HTTPStatus.CONFLICT if kept is Kept.OTHER else HTTPStatus.OK, f"thank you for {message.id}")

    def unable(self, arrived: Arrived | None) -> Reply:
        return _reply(HTTPStatus.SERVICE_UNAVAILABLE, "come again")


def _reply(status: HTTPStatus, text: str) -> Reply:
    return Reply(status=status, body=f"<answer>{text}</answer>".encode(), content_type="text/xml")


class Letters:
    """Implements ports.Receiving, as another interface of SAP Concur: the flows that want its invoices want letters."""

    name, title, simulator, interface_of = "letters", "Letters", "", "concur"
    examples = Examples(connection=CONFIG)
    secrets = frozenset({"word"})
    tenant = frozenset({"owner"})

    def __init__(self) -> None:
        self.known = {"letter"}

    def check(self, config: Mapping[str, Any], overrides: Mapping[str, Any]) -> Mapping[str, Any]:
        if "owner" not in config:
            raise ConfigurationError("owner is missing.")
        return config

    def receiver(self, connection: OpenConnection) -> Mailbox:
        if connection.config.get("closed"):
            raise ConfigurationError(f"{connection.name} is closed.")
        return Mailbox(word=connection.secrets["word"], known=self.known)

    def ping(self, connection: OpenConnection) -> PingReport:
        return PingReport(system=self.name, login="none")

    def source(self, connection: OpenConnection) -> Any:
        raise NotImplementedError

    def target(self, connection: OpenConnection) -> Any:
        raise NotImplementedError


def installed(monkeypatch: pytest.MonkeyPatch) -> Letters:
    """As if another package had brought it."""
    from connector import registry  # noqa: PLC0415 - whoever needs only a mailbox does without it

    made = Letters()
    monkeypatch.setitem(registry.systems(), made.name, made)
    return made
