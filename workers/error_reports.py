"""Who is told of errors, as the settings say."""

from __future__ import annotations

from importlib import metadata
from typing import TYPE_CHECKING

from connector.error_reports import sending
from connector.http.proxies import proxies

if TYPE_CHECKING:
    from connector.config.settings import Settings


def tell_errors(settings: Settings) -> None:
    """Tell whom the settings name of the errors of this process, from here on."""
    sending.begin(
        settings.errors,
        release=metadata.version("ml-connector"),
        ca_file=settings.ca_file or "",
        proxy_of=proxies("", settings.proxy, name="ML_CONNECTOR_ERRORS"),
    )
