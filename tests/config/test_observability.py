from __future__ import annotations

import io
import json
import logging
from typing import TYPE_CHECKING, Any

import pytest
import structlog

from connector.observability import configure_logging, working_for, working_on
from connector.redaction import HIDDEN, LONGEST, redact
from tests.domain.test_harmless import obeyed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CANARY = "canary-7f3a9c"


@pytest.fixture
def written() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    out = io.StringIO()
    configure_logging("info", "json", out)
    yield lambda: [json.loads(line) for line in out.getvalue().splitlines()]
    root.handlers[:] = before
    root.setLevel(level)
    structlog.reset_defaults()


Written = "Callable[[], list[dict[str, Any]]]"


def test_an_event_is_one_json_line_with_its_fields(written: Written) -> None:
    logging.getLogger("connector.x").info("run.started", extra={"run": 7, "flow": "acme/orders"})
    (line,) = written()
    assert line["event"] == "run.started"
    assert (line["level"], line["logger"], line["run"], line["flow"]) == ("info", "connector.x", 7, "acme/orders")
    assert line["timestamp"].endswith("Z")


def test_structlog_and_the_standard_library_write_the_same_way(written: Written) -> None:
    structlog.get_logger("connector.y").warning("record.parked", record="r1", password=CANARY)
    (line,) = written()
    assert (line["event"], line["level"], line["logger"], line["record"]) == (
        "record.parked",
        "warning",
        "connector.y",
        "r1",
    )
    assert line["password"] == HIDDEN


def test_every_line_of_a_task_names_what_it_works_on_and_no_later_one_does(written: Written) -> None:
    with working_on(record="r1"):
        working_for(flow="acme/orders", connection="acme-qad")
        logging.getLogger("urllib3.somewhere").error("retrying")
    logging.getLogger("connector.x").info("idle")
    inside, after = written()
    assert (inside["record"], inside["flow"], inside["connection"]) == ("r1", "acme/orders", "acme-qad")
    assert {"record", "flow", "connection"}.isdisjoint(after)


@pytest.mark.parametrize(
    "name", ["password", "client_secret", "access_token", "Authorization", "qad_password", "iban", "body", "payload"]
)
def test_a_field_named_like_a_secret_or_a_body_is_hidden_at_any_depth(written: Written, name: str) -> None:
    logging.getLogger("x").warning("e", extra={name: CANARY, "outer": {"list": [{name: CANARY}]}})
    (line,) = written()
    assert line[name] == HIDDEN
    assert CANARY not in json.dumps(line)


@pytest.mark.parametrize(
    "text",
    [
        f"Authorization: Bearer {CANARY}",
        f"Basic {CANARY}==",
        f"postgresql://ada:{CANARY}@db/ledger",
        f"redis://:{CANARY}@127.0.0.1:6379/0",
        f'{{"client_secret": "{CANARY} with spaces"}}',
        f"grant_type=password&password={CANARY}&x=1",
        f"token={CANARY}",
        f"request_token: {CANARY}",
        f"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIx{CANARY}.sig",
    ],
)
def test_text_with_the_shape_of_a_secret_is_hidden_wherever_it_stands(written: Written, text: str) -> None:
    logging.getLogger("x").warning("said %s", text, extra={"answer": text, "several": [text]})
    logging.getLogger("x").error("failed", exc_info=ValueError(text))
    lines = written()
    assert len(lines) == 2
    assert CANARY not in json.dumps(lines)
    assert HIDDEN in lines[0]["answer"]
    assert "ValueError" in lines[1]["exception"]


def test_an_iban_is_hidden_and_a_supplier_number_is_not() -> None:
    assert redact("pay DE89 3704 0044 0532 0130 00 now") == f"pay {HIDDEN} now"
    assert redact("supplier US1000 order PO12345678") == "supplier US1000 order PO12345678"


def test_a_field_longer_than_a_fact_is_cut(written: Written) -> None:
    logging.getLogger("x").warning("e", extra={"answer": "a" * (LONGEST * 2)})
    assert written()[0]["answer"].endswith(f"... ({LONGEST * 2} characters)")


@pytest.mark.parametrize(
    ("begin", "again"),
    [
        ("x://", ":"),
        ("", "://a:"),
        ("", "eyJaaaaaaaa-"),
        ("", "eyJaaaaaaaa.aaaaaaaa-"),
        ("password", " "),
        ("", "password "),
        ("", "basic  "),
        ("token=", "'"),
        ("", "AA11 "),
    ],
)
def test_no_text_takes_long_to_redact(begin: str, again: str) -> None:
    """Of this length it would take hours where a stretch of text is looked at from each of its signs."""
    assert redact(begin + again * (1_000_000 // len(again)))


@pytest.mark.parametrize(
    "secret",
    [
        f"Bearer {CANARY * 9}",
        f"postgresql://ada:{CANARY}@db/ledger",
        f'"client_secret": "{CANARY} with spaces"',
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIx" + CANARY * 9 + ".sig",
        "DE89 3704 0044 0532 0130 00",
    ],
)
def test_a_secret_that_the_cut_goes_through_is_hidden(written: Written, secret: str) -> None:
    for place in range(LONGEST - len(secret) - 1, LONGEST + 2):
        logging.getLogger("x").warning("e", extra={"answer": "a" * (place - 1) + " " + secret + " b" * LONGEST})
    for long in (LONGEST, 10 * LONGEST):
        logging.getLogger("x").warning("e", extra={"answer": f'Bearer {"b" * long} password="{CANARY}' + "c" * long})
    for line in written():
        assert CANARY not in line["answer"]
        assert "3704 0044" not in line["answer"]
        assert line["answer"].endswith(" characters)")


def test_people_get_columns_instead_of_json() -> None:
    root = logging.getLogger()
    before = root.handlers[:]
    out = io.StringIO()
    try:
        configure_logging("debug", "text", out)
        logging.getLogger("x").info("run.started", extra={"run": 7, "token": CANARY})
    finally:
        root.handlers[:] = before
        structlog.reset_defaults()
    assert "run.started" in out.getvalue()
    assert "run=7" in out.getvalue()
    assert CANARY not in out.getvalue()


def test_what_is_below_the_level_is_not_written(written: Written) -> None:
    logging.getLogger("x").debug("quiet")
    structlog.get_logger("x").debug("quiet")
    logging.getLogger("urllib3.connectionpool").info("GET /x?secret=1")
    assert written() == []


#: clears the screen in two spellings, hides what stands before it, turns round, and looks like a second event
HOSTILE = "K1\x1b[2J\x9b2J\rpaid \u202e\n2026-11-20 [info] record.paid"


@pytest.mark.parametrize("form", ["text", "json"])
def test_text_from_outside_moves_no_terminal_and_forges_no_event(form: str) -> None:
    root, out = logging.getLogger(), io.StringIO()
    before = root.handlers[:]
    try:
        configure_logging("info", form, out)
        logging.getLogger("x").info("said %s", HOSTILE, extra={"why": HOSTILE, "several": [HOSTILE], HOSTILE: 1})
        structlog.get_logger("y").info(HOSTILE, key=HOSTILE.replace(" ", ""))
        logging.getLogger("x").error("failed", exc_info=ValueError(HOSTILE))
    finally:
        root.handlers[:] = before
        structlog.reset_defaults()
    written = out.getvalue()
    assert not {sign for sign in written if obeyed(sign)} - {"\n"}
    assert len([line for line in written.splitlines() if "record.paid" in line and line.startswith("2026-11-20 ")]) <= (
        form == "text"  # a traceback has lines of its own
    )
    if form == "json":
        assert json.loads(written.splitlines()[0])["why"] == HOSTILE, "a machine reads what came"
