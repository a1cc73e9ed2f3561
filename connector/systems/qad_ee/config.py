"""The configuration of a QAD Enterprise Edition connection, checked with one sentence per mistake."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator, model_validator

from connector.http.connection_settings import Reaching, younger
from connector.reading import addresses, mistakes
from connector.reading.field_types import Waits
from connector.systems.qad.config import QadConfig
from connector.systems.qad.formats import Decimals, Formats, Order
from connector.systems.qad.shapes import SHAPES

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

PASSWORD, PUSH_SECRET = "password", "push_secret"
SECRETS = frozenset({PASSWORD, PUSH_SECRET})
_WORKSPACE = re.compile(r"[^\s_]+_[^\s_]+")
#: properties of the session context that are the same in every QDoc, and what each may say
_SESSION = {
    "mnemonicsRaw": re.compile("true|false"),
    "scopeTransaction": re.compile("true|false"),
    # What is sent has a point: another sign would make other amounts of it.
    "decimalSeparator": re.compile(r"\."),
    "timeoutLimit": re.compile("[0-9]{1,5}"),
    "email": re.compile(r"\S+@\S+"),
    "emailLevel": re.compile("[123]|ERR|WRN|MES"),
    "receiver": re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*"),
}
_RECEIVER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


class Way(StrEnum):
    """How an entity is read, or a posting is asked back."""

    QUERY_SERVICE = "query_service"
    QUERY_QDOC = "query_qdoc"
    WSA = "wsa"
    BROWSE = "browse"
    QXO = "qxo"
    NONE = "none"


V = TypeVar("V")
Posted = Literal["query_qdoc", "wsa", "browse", "qxo", "none"]
POSTINGS = ("supplier_invoices", "journal_entries")
#: what receivers may name besides single APIs
PURPOSES = frozenset(["reads", "writes"])
#: the Query Service cannot query Financials: those are pushed by QXO, unless the site has something better
FINANCIALS = frozenset(["accounts", "invoices", "payments", "cost_objects", "expense_payments"])
_DEFAULT = {name: Way.QXO if name in FINANCIALS else Way.QUERY_SERVICE for name in SHAPES}


class QadEeConfig(Reaching):
    """One site of QAD Enterprise Edition: its QXtend Inbound, and what else it has to be read by."""

    #: of QXtend Inbound: http(s)://host:port/{webapp}/services/QdocWebService
    qxi_url: str
    #: QXI's name for whom a message is for, and others for single APIs
    receiver: str
    receivers: dict[str, str] = Field(default_factory=dict)
    #: properties of the session context, as this site wants them in every QDoc
    session: dict[str, str] = younger({})
    auth: Literal["session_context", "receiver_user", "basic"] = "session_context"
    username: str = ""
    domain: str = Field(min_length=1)
    entity: str = Field(min_length=1)
    #: further DOMAIN_ENTITY to post into, for documents of other entities than this one
    workspaces: tuple[str, ...] = ()
    writes: bool | None = None
    #: how each entity is read where that is not as usual
    reads: dict[str, Way] = Field(default_factory=dict)
    #: how each posting is asked back; none: an unknown outcome goes to a person
    posted: dict[str, Posted] = Field(default_factory=dict)
    #: full invoices whose lines name receivers go with their receiver matching
    receiver_matching: bool = False
    #: the WSDL that QXtend generated for the APIs that are used: a ping compares their names with it
    wsdl_file: str = younger("")
    wsa_url: str = ""
    #: REST for browses, as Adaptive has it
    browse_url: str = ""
    browse_auth: Literal["basic", "session", "oauth_password"] = "basic"
    browse_client_id: str = ""
    page_size: int = Field(default=500, ge=1, le=10_000)
    #: common name of the client certificate that pushes come with, where the proxy checks one
    push_certificate: str = ""
    #: what a pushed document may measure
    most_push_megabytes: int = Field(default=20, ge=1, le=100)
    timeout_seconds: float = Field(default=130.0, ge=1, le=600)
    #: QAD may commit after it said that it timed out
    ask_again_seconds: Waits = (5, 15, 45, 120, 300)
    timezone: str = "UTC"
    dates: Literal["iso", "mdy", "dmy", "ymd"] | None = None
    decimals: Literal["point", "comma"] = "point"

    @field_validator("qxi_url", "wsa_url", "browse_url")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        return (
            addresses.address(value, like="https://qad.acme.example:8443/qxi/services/QdocWebService") if value else ""
        )

    @field_validator("receiver")
    @classmethod
    def _names_a_receiver(cls, value: str) -> str:
        if not _RECEIVER.fullmatch(value):
            raise ValueError("should be the name of a receiver of QXtend Inbound, for instance QADERP")
        return value

    @field_validator("receivers")
    @classmethod
    def _each_names_a_receiver(cls, value: dict[str, str]) -> dict[str, str]:
        if not all(_RECEIVER.fullmatch(one) for one in value.values()):
            raise ValueError("should hold `API: receiver` lines, for instance bcinvoice: QADFIN")
        return value

    @field_validator("session", mode="before")
    @classmethod
    def _says_what_qxtend_knows(cls, value: object) -> object:
        if not isinstance(value, dict):
            wrong = "should hold `property: value` lines, for instance mnemonicsRaw: true"
            raise ValueError(wrong)  # noqa: TRY004 - pydantic takes no TypeError
        given = {name: str(said).lower() if isinstance(said, bool) else str(said) for name, said in value.items()}
        for name, said in given.items():
            if name not in _SESSION:
                raise ValueError(f"has no {name!r}; it may name {', '.join(_SESSION)}")
            if not _SESSION[name].fullmatch(said):
                raise ValueError(f"has a value for {name} that it may not have ({_SESSION[name].pattern})")
        return given

    @field_validator("workspaces")
    @classmethod
    def _each_names_domain_and_entity(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not all(_WORKSPACE.fullmatch(one) for one in value):
            raise ValueError("should be a list of DOMAIN_ENTITY, for instance [11CAN_11CANCO]")
        return value

    @field_validator("reads")
    @classmethod
    def _reads_what_there_is(cls, value: dict[str, Way]) -> dict[str, Way]:
        return _known(value, SHAPES)

    @field_validator("posted")
    @classmethod
    def _posts_what_there_is(cls, value: dict[str, Posted]) -> dict[str, Posted]:
        return _known(value, POSTINGS)

    @field_validator("timezone")
    @classmethod
    def _exists(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("should be a time zone such as UTC or America/Chicago") from None
        return value

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        known = [entity for _, entity in self._places]
        twice = next((entity for entity in known if known.count(entity) > 1), None)
        if twice is not None:
            raise ValueError(f"workspaces has entity {twice} in several domains, so nobody knows where to post it")
        if self.auth != "receiver_user" and not self.username:
            raise ValueError(f"username is missing; auth: {self.auth} needs it (receiver_user does without)")
        if not self.qxi_url:
            raise ValueError("qxi_url is empty")
        used = {**self.reads, **self.posted}
        for way, setting in ((Way.WSA, "wsa_url"), (Way.BROWSE, "browse_url")):
            by = sorted(name for name, chosen in used.items() if chosen == way)
            if by and not getattr(self, setting):
                raise ValueError(f"{setting} is missing; {by[0]} is read by {way.value}")
        if self.browse_url and not self.username:
            raise ValueError("username is missing; browse_url needs it")
        return self

    def way(self, entity: str) -> Way:
        """How an entity is read."""
        return self.reads.get(entity) or _DEFAULT[entity]

    def asked_back(self, posting: str) -> Way:
        """How a posting is looked for."""
        return Way(self.posted.get(posting, Way.NONE))

    def receiver_of(self, *purposes: str) -> str:
        """The receiver of the first of these APIs or purposes that has one of its own."""
        return next((self.receivers[one] for one in purposes if one in self.receivers), self.receiver)

    @property
    def gives_up_after(self) -> int:
        """What QXtend is told to give up after, in seconds; 0 is never."""
        return int(self.session.get("timeoutLimit", max(1, round(self.timeout_seconds) - 10)))

    @property
    def works_for_seconds(self) -> int | None:
        """How long QAD may work on a QDoc, as far as anybody knows; None: without end."""
        return max(self.gives_up_after, round(self.timeout_seconds)) if self.gives_up_after else None

    @property
    def domains(self) -> Mapping[str, str]:
        """Domain by entity, this connection's own first."""
        return {entity: domain for domain, entity in self._places}

    @property
    def _places(self) -> list[tuple[str, str]]:
        own = (self.domain, self.entity)
        further = ((domain, entity) for domain, _, entity in (one.partition("_") for one in self.workspaces))
        return [own, *(place for place in dict.fromkeys(further) if place != own)]

    @property
    def formats(self) -> Formats:
        """How the site writes days, numbers and times of change."""
        return Formats(
            dates=Order(self.dates) if self.dates else None,
            decimals=Decimals(self.decimals),
            zone=ZoneInfo(self.timezone),
        )

    @property
    def browsing(self) -> QadConfig:
        """The connection to its browses, as that of a QAD Adaptive."""
        return QadConfig(
            base_url=self.browse_url,
            auth=self.browse_auth,
            client_id=self.browse_client_id,
            username=self.username,
            workspace=f"{self.domain}_{self.entity}",
            workspaces=self.workspaces,
            page_size=self.page_size,
            timezone=self.timezone,
            dates=self.dates,
            decimals=self.decimals,
            timeout_seconds=self.timeout_seconds,
            allow_private_addresses=self.allow_private_addresses,
            allow_plain_http=self.allow_plain_http,
            ca_file=self.ca_file,
            proxy=self.proxy,
            most_answer_megabytes=self.most_answer_megabytes,
            most_answer_elements=self.most_answer_elements,
        )


def _known(value: dict[str, V], names: Collection[str]) -> dict[str, V]:
    for name in value:
        if name not in names:
            raise ValueError(f"has no {name!r}; it may name {', '.join(names)}")
    return value


def read(config: Mapping[str, Any]) -> QadEeConfig:
    """Check a configuration without its secrets; raises ConfigurationError listing every mistake."""
    return mistakes.checked(QadEeConfig, config, secrets=SECRETS, of="QAD Enterprise Edition")
