"""The Celery application: ``celery -A workers.app worker|beat|flower``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.config import load_settings
from connector.domain.errors import ConfigurationError
from workers.celery_setup import create
from workers.refusing import refuse

if TYPE_CHECKING:
    from celery import Celery


def _create_or_say_why() -> Celery:
    try:
        return create(load_settings())
    except ConfigurationError as error:
        refuse(error)


app = _create_or_say_why()

# Imported for its effect: it connects the start and stop of processes to the application above.
from workers import lifecycle  # noqa: E402, F401 - the signals need the application to exist
