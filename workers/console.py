"""The process of the console, which also receives webhooks, companies and documents: ``python -m workers.console``."""

from __future__ import annotations

import datetime as dt
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import uvicorn

from connector import registry
from connector.api import web as api
from connector.bootstrap import application
from connector.config import PREFIX, load_settings
from connector.config.local_stack import running_stack
from connector.console import web
from connector.domain.errors import ConfigurationError, ConnectorError
from connector.inbound.app import build
from connector.inbound.deadlines import Deadlined
from connector.inbound.metrics import Scraped
from connector.inbound.receiving import Inlet
from connector.inbound.signature import read_keys
from connector.metering.access import Access
from connector.metering.exposition import Kept
from connector.observability import begin
from connector.operations.health import figures, watching
from connector.operations.operator import Operator
from connector.operations.setup import quick_connect, references, yaml_text
from connector.operations.setup.landing import AppCenter
from connector.operations.work import hints
from connector.operations.work.receiving import Doors
from connector.store.connection.inbox import ACTOR
from workers import identity_provider, listening, loading
from workers.error_reports import tell_errors
from workers.hardening import leave_no_core
from workers.refusing import refuse

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from fastapi import FastAPI

    from connector.config.settings import Settings
    from connector.ports import Hint


#: whom the trail names where nobody has signed in yet
ACCOUNTS = "console"
#: more requests at once are answered 503, but for /healthz; of more connections those that say nothing are ended
MOST_CONNECTIONS = 200


def create(settings: Settings) -> FastAPI:
    """Build the HTTP application over the ledger, which it closes when it ends."""
    keys = _keys(settings)
    written = {name: _application(name, place) for name, place in settings.applications.items()}
    operator = Operator(application=application(settings), actor="webhook")
    if written or settings.receive_documents:
        operator.application.require_vault()
    ours = replace(operator, actor="app-center")
    companies = {
        name: AppCenter(operator=ours, system=registry.marketplace(name), application=of)
        for name, of in written.items()
    }

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        operator.application.close()

    def bring_forward(system: str, hint: Hint, after: float) -> int:
        return hints.bring_forward(operator, system, hint, after)

    silent_after = dt.timedelta(seconds=settings.silent_queue_seconds)

    def ready() -> str:
        try:
            return watching.not_ready(operator, silent_after)
        except ConnectorError as error:
            return error.message

    app = build(
        keys=keys,
        bring_forward=bring_forward,
        ready=ready,
        senders=registry.senders(),
        marketplaces=registry.marketplaces(),
        certificate_header=settings.webhook_certificate_header,
        companies=companies,
        inlet=_inlet(operator) if settings.receive_documents else None,
        scraped=Scraped(
            access=Access(how=settings.metrics, token=settings.metrics_token),
            text=Kept(lambda: figures.told(operator, silent_after)),
        ),
        lifespan=lifespan,
    )
    long_wait = dt.timedelta(hours=settings.longest_unfinished_hours)
    web.add(
        app,
        replace(operator, actor=ACCOUNTS),
        public_url=settings.console_url,
        long_wait=long_wait,
        silent_after=silent_after,
        provider=identity_provider.of(settings),
        flower=partial(_flower, settings),
        kept_days=(settings.keep_documents_days, settings.keep_records_days),
    )
    api.add(
        app,
        replace(operator, actor=ACCOUNTS),
        long_wait=long_wait,
        silent_after=silent_after,
        public_url=settings.console_url,
    )
    return app


def _flower(settings: Settings) -> str:
    """Where Flower is: as the settings say, or where a running ``up`` has it."""
    if settings.flower_url:
        return settings.flower_url
    stack = running_stack(settings.data_dir)
    return stack.places.get("flower", "") if stack else ""


def _inlet(operator: Operator) -> Inlet:
    doors = Doors(replace(operator, actor=ACTOR))
    return Inlet(opened=doors.opened, read_soon=doors.read_soon)


def _application(name: str, place: str) -> dict[str, Any]:
    try:
        return quick_connect.application(
            registry.marketplace(name), yaml_text.read(references.text_of(place), name=place).data
        )
    except ConfigurationError as error:
        raise ConfigurationError(f"Our application ({PREFIX}{name.upper()}_APPLICATION): {error.message}") from None


def _keys(settings: Settings) -> tuple[RSAPublicKey, ...]:
    if not settings.webhook_signers:
        return ()
    try:
        pem = Path(settings.webhook_signers).read_bytes()
    except OSError as error:
        raise ConfigurationError(
            f"The public keys in {settings.webhook_signers} cannot be read: {error.strerror}."
        ) from None
    return read_keys(pem)


def main() -> None:
    """Serve until SIGTERM."""
    loading.done()
    leave_no_core()
    try:
        settings = load_settings(needs=("database_url",))
        begin(settings.log_level, settings.log_format)
        tell_errors(settings)
        listening.require(settings.console_address, settings.console_port, f"{PREFIX}CONSOLE_PORT")
        app = create(settings)
    except ConfigurationError as error:
        refuse(error)
    uvicorn.run(
        app,
        host=settings.console_address,
        port=settings.console_port,
        log_config=None,
        access_log=False,
        server_header=False,
        http=Deadlined,
        limit_concurrency=MOST_CONNECTIONS,
    )


if __name__ == "__main__":
    main()
