from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest
from fastapi import FastAPI

from connector.bootstrap import application
from connector.config import read_settings
from connector.console import web
from connector.operations.operator import Operator
from connector.vault import new_key
from tests.console.receiver import Serving
from tests.console.web.conftest import Browser

if TYPE_CHECKING:
    from collections.abc import Iterator

NOWHERE = "postgresql://ml_connector@127.0.0.1:1/ml_connector?connect_timeout=2"


@pytest.fixture
def lost() -> Iterator[Browser]:
    built = application(read_settings({"ML_CONNECTOR_DATABASE_URL": NOWHERE, "ML_CONNECTOR_MASTER_KEYS": new_key()}))
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    web.add(app, Operator(application=built, actor="console"), public_url="https://connector.acme.example")
    with Serving(app) as serving:
        yield Browser(serving.url)
    built.close()


def test_a_ledger_that_cannot_be_reached_is_one_sentence_and_cookies_go_over_tls_alone(lost: Browser) -> None:
    page = lost.get("/sign-in")
    assert page.status_code == HTTPStatus.OK
    (kept,) = page.raw.headers.getlist("Set-Cookie")
    assert kept.startswith("__Host-ml_visit=")
    assert {"Secure", "Path=/", "HttpOnly"} <= {part.strip() for part in kept.split(";")}
    assert page.headers["Strict-Transport-Security"] == "max-age=31536000"

    lost.session.headers["Cookie"] = f"__Host-ml_session={'0' * 32}.x"
    for path in ("/", "/flows", "/settings"):
        answer = lost.get(path)
        assert answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE
        assert "The ledger does not answer." in answer.text
        assert "127.0.0.1" not in answer.text, "nobody who is not known learns where it is"
        assert "Traceback" not in answer.text
        assert "frame-ancestors" in answer.headers["Content-Security-Policy"]
