"""QXtend Inbound as this connection reaches it: one QDoc goes out, its answer comes back, judged."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from http import HTTPStatus
from typing import TYPE_CHECKING

from connector.domain.errors import (
    SAID_NO,
    ConfigurationError,
    CredentialsRefused,
    PermissionMissing,
    Unanswered,
    Unavailable,
)
from connector.domain.identity import new_id
from connector.http.redact import without
from connector.http.request import Request, quoted
from connector.systems.qad_ee import soap, verdicts
from connector.systems.qad_ee.verdicts import Judged, Said, Verdict
from connector.xml.reading import NotReadable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lxml import etree

    from connector.domain.errors import ConnectorError
    from connector.http.request import Answer
    from connector.http.session import Http
    from connector.systems.qad_ee.config import QadEeConfig
    from connector.systems.qad_ee.names import Names

#: a fault has no agreed status, and comes with one of these (inferred)
_FAULTS = frozenset({400, 500, 502, 503})
_MOST_WORDS = 600
_NEVER_OUT = "nothing was sent"


@dataclass(frozen=True, kw_only=True)
class Answered:
    """An answer of an API, and what it means."""

    judged: Judged
    #: None where it is a fault
    response: soap.Response | None = field(default=None, repr=False)

    @property
    def words(self) -> str:
        """Return QAD's own words, as a sentence has them."""
        said = "; ".join(self.judged.errors or self.judged.warnings) or "no reason given"
        return (said if len(said) <= _MOST_WORDS else f"{said[:_MOST_WORDS]}...").rstrip(".")


class QdocClient:
    """Speaks with one QXtend Inbound."""

    def __init__(self, *, name: str, http: Http, config: QadEeConfig, names: Names, password: str) -> None:
        self._http, self._config, self._names, self._password = http, config, names, password
        #: the beginning of every sentence
        self.where = f"QAD connection {name}"

    def describe(self) -> str:
        """Return how and as whom we sign in, without a secret."""
        if self._config.auth == "receiver_user":
            return f"the user that QXtend has for receiver {self._config.receiver}"
        how = "in the session context" if self._config.auth == "session_context" else "with HTTP Basic"
        return f"{self._config.username} {how}"

    def ask(self, api: str, *, version: str, domain: str, content: Sequence[etree._Element]) -> soap.Response:
        """Read something. Raises Refused, Unavailable or what stops the connection."""
        answered = self.call(api, version=version, domain=domain, entity="", content=content, writes=False)
        if answered.response is not None and answered.judged.verdict is Verdict.DONE:
            return answered.response
        self.stop(answered, api)
        if answered.judged.verdict is Verdict.SAYS_NO:
            raise ConfigurationError(
                f"{self.where} does not answer {api}: {answered.words}. Check how the entity is read "
                "(`connection ping`), and its names under entities.",
                api=api,
            )
        raise Unavailable(f"{self.where} could not answer {api}: {answered.words}.", api=api)

    def call(
        self,
        api: str,
        *,
        version: str,
        domain: str,
        entity: str,
        content: Sequence[etree._Element],
        writes: bool,
        more: Mapping[str, str] | None = None,
        message_id: str = "",
    ) -> Answered:
        """Send a QDoc and judge what comes back; what is no answer of QAD's raises Unanswered after a write."""
        receiver = self._config.receiver_of(api, "writes" if writes else "reads")
        asked = soap.QDoc(
            api=api,
            receiver=receiver,
            message_id=message_id or f":{receiver}:{new_id()}",
            context=self._context(version, domain, entity, more or {}),
            content=content,
        )
        basic = (self._config.username, self._password) if self._config.auth == "basic" else None
        request = Request(
            method="POST",
            url=self._config.qxi_url,
            headers=soap.HEADERS,
            content=soap.enveloped(asked),
            basic=basic,
            answered_by=_FAULTS,
            secrets=(self._password,) if self._password else (),
            writes=writes,
        )
        answer = self._http.send(request)
        return self._read(answer, api, writes=writes)

    def stop_unless_let_in(self, answered: Answered, api: str) -> None:
        """Raise CredentialsRefused where the one thing an answer says is that the user was not let in.

        QXtend checks who sent a QDoc before it is looked at, so nothing of it was done.
        """
        [*errors] = answered.judged.errors
        if answered.judged.verdict is Verdict.SAYS_NO and len(errors) == 1 and not self._has_data(answered):
            words = errors[0].casefold()
            if any(phrase.casefold() in words for phrase in self._names.phrases("login")):
                self.stop(answered, api)

    @staticmethod
    def _has_data(answered: Answered) -> bool:
        """Whether QAD gives a part of a document back."""
        return answered.response is not None and any(len(one) for one in answered.response.data())

    def stop(self, answered: Answered, api: str) -> None:
        """Raise what stops the connection where the answer says so: wrong credentials, no rights, no such API."""
        words = " ".join(answered.judged.errors).casefold()
        if answered.judged.verdict is Verdict.IN_DOUBT:
            return
        before = answered.response is None or answered.judged.verdict is Verdict.NOT_BEGUN
        for phrases, error, advice in (
            ("login", CredentialsRefused, "Rotate the connection with the right user and password"),
            ("not_permitted", PermissionMissing, "Ask the QAD administrator for the rights to its program"),
        ):
            if any(phrase.casefold() in words for phrase in self._names.phrases(phrases)):
                raise error(f"{self.where} was refused {api}: {answered.words}. {advice}.", **{SAID_NO: True})
        if before and answered.judged.verdict is Verdict.NOT_BEGUN and answered.response is None:
            raise ConfigurationError(
                f"{self.where}: QXtend did not take {api} at all: {answered.words}. Check `receiver`, and the API's "
                "name and version under entities.",
                **{"api": api, SAID_NO: True},
            )

    def _context(self, version: str, domain: str, entity: str, more: Mapping[str, str]) -> dict[str, str]:
        config = self._config
        signed = config.auth == "session_context"
        given = {
            "domain": domain,
            "version": version,
            "mnemonicsRaw": "false",
            "username": config.username if signed else "",
            "password": self._password if signed else "",
            "entity": entity,
            **more,
            "timeoutLimit": str(config.gives_up_after),
            **{name: said for name, said in config.session.items() if name != "scopeTransaction" or name in more},
        }
        return {name: value for name, value in given.items() if value}

    def _read(self, answer: Answer, api: str, *, writes: bool) -> Answered:
        declared = answer.headers.get("Content-Type", "").lower().partition("charset=")[2].strip("\"' ;")
        most, elements = self._config.most_answer_megabytes * 1_000_000, self._config.most_answer_elements
        try:
            inside = soap.body_of(answer.content, charset=declared, most_bytes=most, most_elements=elements)
            said = soap.answered(inside, api)
        except NotReadable as why:
            raise self._no_answer(answer, api, str(why), writes=writes) from None
        if isinstance(said, soap.Fault):
            verdict = verdicts.fault(said.code, said.text, unfinished=self._names.phrases("unfinished"))
            text = self._hidden(f"{said.code}: {said.text}".strip(": "))
            return Answered(judged=Judged(verdict=verdict, errors=(text or "a fault without a reason",)))
        # Before anything is made of it: a site may repeat what it was sent.
        said = replace(said, said=tuple(self._without_secret(one) for one in said.said))
        phrases = self._names.phrases
        judged = verdicts.judge(said.result, said.said, dropping=phrases("dropped"), unfinished=phrases("unfinished"))
        return Answered(judged=judged, response=said)

    def _no_answer(self, answer: Answer, api: str, why: str, *, writes: bool) -> ConnectorError:
        """What is no answer of QAD's says nothing about a write, unless the web server turned it away before QAD."""
        what = f"{self.where} answered {api} with HTTP {answer.status} and something that {why}{quoted(answer.said)}"
        match answer.status:
            case HTTPStatus.UNAUTHORIZED:
                advice = "its web server does not accept the user and password; rotate the connection with right ones"
                return CredentialsRefused(f"{what}: {advice}.", **{SAID_NO: True})
            case HTTPStatus.FORBIDDEN:
                return PermissionMissing(f"{what}: its web server lets this user in nowhere.", **{SAID_NO: True})
            case HTTPStatus.NOT_FOUND | HTTPStatus.METHOD_NOT_ALLOWED | HTTPStatus.UNSUPPORTED_MEDIA_TYPE:
                return ConfigurationError(f"{what}; check qxi_url with its webapp.", **{SAID_NO: True})
            case _ if writes:
                return Unanswered(f"{what}: it may have taken effect.", status=answer.status)
            case _:
                return Unavailable(f"{what}; if this stays, check that qxi_url leads to QXtend.", status=answer.status)

    def _without_secret(self, one: Said) -> Said:
        return replace(one, **{part.name: self._hidden(getattr(one, part.name)) for part in fields(one)})

    def _hidden(self, text: str) -> str:
        return without(text, [self._password]) if self._password else text
