"""The settings of a deployment: what each one means, what it must be, and which are secrets."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, BeforeValidator
from pydantic_settings import BaseSettings, SettingsConfigDict

from connector import files
from connector.config.broker_address import broker_at
from connector.config.described import port, setting
from connector.config.names import AUDIT_SEALS_FILE, DATA_DIR, MASTER_KEYS_FILE, PREFIX
from connector.config.signing_in import SigningIn
from connector.config.upkeep import Upkeep
from connector.config.values import error_server, file_or_https, forward_proxy, http_or_https, ip, lower, psycopg_url
from connector.config.watching import Watching
from connector.domain.errors import ConfigurationError

if TYPE_CHECKING:
    from pydantic_settings import PydanticBaseSettingsSource

#: at DEBUG the library can be told to write down what each source gave it, secrets too
logging.getLogger("pydantic_settings").setLevel(logging.INFO)


class Settings(SigningIn, Upkeep, Watching):
    """What a deployment decides. An empty string means: not set."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="forbid", hide_input_in_errors=True, validate_default=False
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the library names all of them
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - likewise
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - likewise
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - likewise
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Settings are what they are made of: only ``read_settings`` looks at an environment, and says at which."""
        return (init_settings,)

    database_url: Annotated[str, AfterValidator(psycopg_url)] = setting(
        "",
        "PostgreSQL (15 or newer) that holds the ledger, with the words of libpq, and `pool_mode=transaction` where a "
        "pooler gives each transaction another session. `up` and `demo` start one of their own when it is not set.",
        "a URL like postgresql://user:password@host:5432/database",
        secret=True,
    )
    owner_database_url: Annotated[str, AfterValidator(psycopg_url)] = setting(
        "",
        "The same database as the role that owns it, for `db upgrade` and `db restored` alone: the role of "
        "`ML_CONNECTOR_DATABASE_URL` is then given what work needs, and no more. Without it that one owns everything.",
        "a URL like postgresql://owner:password@host:5432/database",
        secret=True,
    )
    broker_url: Annotated[str, AfterValidator(broker_at)] = setting(
        "",
        "The broker that carries ready work: Redis (6.2 or newer, a database of its own, `noeviction`), Redis behind "
        "Sentinels (`sentinel://one;two;three/0?master_name=mymaster`), or RabbitMQ (3.10 or newer, a virtual host of "
        "its own, `amqp://`). `up` and `demo` start a Redis of their own when it is not set.",
        "a URL like redis://:password@host:6379/0, sentinel://:password@one:26379;two:26379/0?master_name=mymaster or "
        "amqp://user:password@host:5672/vhost",
        secret=True,
    )
    broker_ca: str = setting(
        "",
        "PEM file of the authorities that vouch for the broker's certificate (`rediss://`, `sentinels://`, `amqps://`) "
        "besides the system's own; RabbitMQ's in their place. It is always verified; only `?ssl_cert_reqs=none` in the "
        "address switches that off.",
        "a PEM file",
    )
    broker_cert: str = setting(
        "", "PEM file of the certificate that the connector shows the broker, where that asks for one.", "a PEM file"
    )
    broker_key: str = setting(
        "", "PEM file of that certificate's key, without a password, if it is not in the same file.", "a PEM file"
    )
    master_keys: str = setting(
        "",
        "Keys that open the vault, as `name:key` with 32 bytes in base64, separated by commas or lines; "
        "the first one seals, all of them open. `up` and `demo` make one in the data directory when it is not set.",
        "one or more of name:key, separated by commas or lines",
        secret=True,
    )
    data_dir: Path = setting(
        Path(DATA_DIR), "Directory of `up` and `demo`: data of their servers, master key, logs.", "a directory"
    )
    log_level: Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(lower)] = setting(
        "info", "How much is logged.", "debug, info, warning or error"
    )
    log_format: Annotated[Literal["auto", "json", "text"], BeforeValidator(lower)] = setting(
        "auto", "How it is logged: `auto` writes for people on a terminal, else JSON.", "auto, json or text"
    )
    allow_private_addresses: bool = setting(
        default=False,
        meaning="Let every connection use plain http and private or loopback addresses: for sandboxes and test "
        "systems. `allow_plain_http` and `allow_private_addresses` permit either to one connection.",
        must_be="true or false",
    )
    proxy: Annotated[str, AfterValidator(forward_proxy)] = setting(
        "",
        "Forward proxy that connections go through, `http://user:password@proxy.acme.example:3128`, or `environment`: "
        "what `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` say. `proxy` of a connection stands in its place.",
        "an address like http://proxy.acme.example:3128, or the word environment",
        secret=True,
    )
    ca_file: str = setting(
        "",
        "PEM file of the authorities that vouch for connected systems, instead of the public ones: of a proxy that "
        "looks into TLS, for instance. `ca_file` of a connection stands in its place.",
        "a PEM file",
    )
    worker_concurrency: int = setting(
        2, "Processes of each worker that `up` and `demo` start.", "a whole number from 1 to 64", ge=1, le=64
    )
    most_records_a_task: int = setting(
        50,
        "How many records one message hands to a worker process when many are due; 1: each has a task of its own.",
        "a whole number from 1 to 50",
        ge=1,
        le=50,
    )
    records_queued_a_process: int = setting(
        100,
        "How many records of one flow are on the queues for each process that loads, and at least 200 in all: more "
        "keep many processes busy, fewer let what is urgent in other flows come sooner.",
        "a whole number from 1 to 1000",
        ge=1,
        le=1000,
    )
    dead_worker_seconds: int = setting(
        20,
        "A worker that gives no sign of life for so long is dead, and its work goes to another one.",
        "a whole number from 10 to 3600",
        ge=10,
        le=3600,
    )
    longest_wait_days: int = setting(
        30,
        "A record that has waited for a gate or a code for so long becomes a dead letter.",
        "a whole number from 1 to 3650",
        ge=1,
        le=3650,
    )
    audit_seal_lag_seconds: int = setting(
        600, "Audit events older than this are sealed.", "a whole number from 60 to 86400", ge=60, le=86_400
    )
    audit_anchor: Annotated[str, AfterValidator(file_or_https)] = setting(
        "",
        "Where each seal of the audit trail is written down outside of the database: a file, to which lines are "
        "appended, or an https address, to which it is posted. `up` takes a file in the data directory.",
        "a file, or an address that begins with https://",
        secret=True,
    )
    audit_timestamps: Annotated[str, AfterValidator(http_or_https)] = setting(
        "",
        "Address of a time-stamping authority (RFC 3161) that stamps each seal of the audit trail; the stamps are kept "
        "in the file of `ML_CONNECTOR_AUDIT_ANCHOR`.",
        "an address that begins with https:// or http://",
    )
    audit_timestamp_ca: str = setting(
        "", "PEM file of the authorities that vouch for the time-stamping authority.", "a PEM file"
    )
    flower_port: int = port(
        5555, "Loopback port of Flower in `up`; another one is taken when it is not free. 0 takes any."
    )
    flower_address: Annotated[str, AfterValidator(ip)] = setting(
        "127.0.0.1", "Address that Flower listens on. In a container it is 0.0.0.0.", "an IP address"
    )
    flower_password: str = setting(
        "",
        "Password of Flower's user `operator`. `up` and `demo` make one in the data directory when it is not set.",
        "a password without a colon or a comma",
        secret=True,
        pattern=r"^[^:,\s]*$",
    )
    console_address: str = setting(
        "127.0.0.1",
        "Address of the console, and on which webhooks, companies and documents are received; a proxy that ends TLS "
        "stands in front.",
        "an IP address",
    )
    console_port: int = port(
        8080,
        "Port of the same; `up` takes another one when it is not free.",
    )
    metrics: Annotated[Literal["off", "loopback", "token"], BeforeValidator(lower)] = setting(
        "off",
        "Who may scrape `/metrics` of the web process and of workers: nobody, whoever comes from this machine itself "
        "through no proxy, or whoever shows `ML_CONNECTOR_METRICS_TOKEN`.",
        "off, loopback or token",
    )
    metrics_token: str = setting(
        "",
        "What Prometheus shows, as `Authorization: Bearer ...`, where `ML_CONNECTOR_METRICS` is `token`.",
        "a text of 16 characters or more, without spaces",
        secret=True,
        pattern=r"^(\S{16,})?$",
    )
    worker_metrics_address: Annotated[str, AfterValidator(ip)] = setting(
        "127.0.0.1", "Address on which a worker is scraped. In a container it is 0.0.0.0.", "an IP address"
    )
    worker_metrics_port: int = port(
        9464, "Port on which a worker is scraped; in `up` each kind of worker has one of its own, from here on."
    )
    errors: Annotated[str, AfterValidator(error_server)] = setting(
        "",
        "Where processes tell errors, besides their log: the DSN of a server that speaks Sentry's protocol. It is told "
        "kinds and places, and which run and record; no message, no value, no document. Without it nobody is told.",
        "a DSN such as `https://KEY@sentry.example/42`",
        secret=True,
    )
    traces: Annotated[str, AfterValidator(http_or_https)] = setting(
        "",
        "Where workers send traces as OpenTelemetry (OTLP over HTTP), `http://collector:4318/v1/traces`; it needs the "
        "packages of the extra `traces`. Without it there are none.",
        "an address that begins with https:// or http://",
    )
    traces_share: float = setting(
        1.0,
        "The share of documents that are traced, each from its source to its target.",
        "a number from 0 to 1",
        ge=0,
        le=1,
    )
    console_url: Annotated[str, AfterValidator(http_or_https)] = setting(
        "",
        "Where people reach the console, as their browsers show it: alerts lead there, and with https its cookies go "
        "over TLS alone. Not set: it is reached on this machine, and alerts name the command to type.",
        "an address that begins with https:// or http://",
    )
    webhook_signers: str = setting(
        "",
        "PEM file with the public keys of the systems that send events; without it every event is refused.",
        "a file of PEM blocks",
    )
    webhook_certificate_header: str = setting(
        "",
        "Header in which the proxy passes the common name of the client certificate it checked; "
        "when set, events from anybody but the system they are about are refused.",
        "a header name",
    )
    receive_documents: bool = setting(
        default=False,
        meaning="Let the web process take documents posted to `/receive/<connection>`; it needs the master keys.",
        must_be="true or false",
    )
    #: by system
    applications: dict[str, str] = setting(
        {},
        "YAML file with our application at a system whose customers connect themselves, as a connection's file without "
        "its company; they are received at `/connect/<system>`. The variable has the system's name in capitals.",
        "a YAML file",
    )

    @property
    def owner_url(self) -> str:
        """The database as the role that may change its tables."""
        return self.owner_database_url or self.database_url

    def beside_its_database(self) -> Settings:
        """For the PostgreSQL that ``up`` runs: seals are written down beside it, unless somewhere else is given."""
        anchor = self.audit_anchor or str(self.data_dir / AUDIT_SEALS_FILE)
        return self.model_copy(update={"audit_anchor": anchor})

    def master_keys_text(self) -> str:
        """Return the master keys: the setting, or what ``up`` made; raises ConfigurationError when there are none."""
        if self.master_keys:
            return self.master_keys
        made = self.data_dir / MASTER_KEYS_FILE
        try:
            return files.read(made)
        except FileNotFoundError:
            raise ConfigurationError(
                f"There is no master key, so nothing could be kept secret: set {PREFIX}MASTER_KEYS, or "
                f"{PREFIX}MASTER_KEYS_FILE to a file that only this user can read. A new key: "
                "`python3 -c \"import base64, os; print('main:' + base64.b64encode(os.urandom(32)).decode())\"`."
            ) from None
        except OSError as error:
            raise ConfigurationError(f"The master keys in {made} cannot be read: {error.strerror}.") from None
