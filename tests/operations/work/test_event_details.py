"""What events hold is told in words, of every kind there is: nothing as a program keeps it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.operations.work import event_details, event_words

RECORD, JOB, RUN = (f"019e2f4c-5a71-7c30-8a6b-2f9d1c7e4b1{number}" for number in range(3))
HEX = "ab" * 32
BOUND = {"revision": RECORD, "vouch": HEX}
GROUP = {"flow": "acme/f", "reason": "refused", "why": "QAD is back"}
ERASED = {"key": "k1", "person": HEX, "records": [RECORD], "messages": [47], "results": 2, "answers": 0, "why": "asked"}
STEPS = ("began", "went_on", "stopped", "ended")
_STATES = (
    *("mapped", "loaded", "done", "waits", "parked", "paused", "retry", "refused", "rejected", "dead", "skipped"),
    "cancelled",
)
#: what the product writes of each kind
SAMPLES: dict[str, dict[str, Any]] = {
    "operator.read_payload": {"record": RECORD, "what": "content"},
    "operator.replayed": {"was": "done", "why": "lost"},
    "operator.requeued": {"why": "QAD is back"},
    "operator.discarded": {"why": "a copy"},
    "operator.reopened": {"why": "by mistake"},
    "operator.settled": {"there": False},
    "operator.corrected": {
        "flow": "f",
        "was": "amounts_do_not_add_up",
        "field": "lines.0.account",
        "before": "1",
        "after": "2",
    },
    "operator.reapplied": {"was": "done", "reapply": JOB, "why": "new codes"},
    "operator.rehearsed": {"since": "2026-11-01T00:00:00+00:00", "documents": 12000, "codes": 2},
    "operator.dry_ran": {"limit": 5, "since": None, "document": "4711"},
    "operator.reread": {"documents": ["4711", "4712"]},
    "operator.freed": {"was": "Three failures in a row."},
    "operator.abandoned": {"why": "acme is removed"},
    "operator.retried": {"connection": "post", "id": "m1", "was": "no XML", "entity": "", "key": "47", "problem": ""},
    "operator.restored": {"ends_at": "2026-11-01T10:00:00+00:00", "runs": 3},
    "operator.let_go_on": {"was": "month end"},
    "operator.filled_summaries": {"named": 12, "closed": 1},
    "operator.erased": ERASED,
    "operator.signed_off": {"sign_off": JOB, "fingerprint": HEX, "documents": 1200, "why": ""},
    "operator.withdrew_sign_off": {"lost": True, "why": "gone"},
    "operator.compared_period": {"documents": 12, "differences": 1},
    "operator.compared_master": {"differences": 3, "only_there": 2, "theirs": 1},
    "operator.added": {"system": "qad", "config": {"url": "https://qad", "allow_plain_http": True}, **BOUND},
    "operator.changed": {"enabled": False, "options": {"round": {"to": 2}}, "row_limit": None, **BOUND},
    "operator.removed": {"why": "moved", "abandoned": 0, "in_doubt": 2},
    "operator.held": {"why": "month end"},
    "operator.stopped": {"why": "maintenance"},
    "operator.resumed": {"was": "maintenance"},
    "operator.ran": {"run": RUN, "since": None, "limit": 5},
    "operator.cancelled_run": {"run": RUN},
    "operator.set_codes": {"codes": {"KG": "KGM", "ST": "EA"}, **BOUND},
    "operator.removed_code": {"code": "KG", **BOUND},
    "operator.rotated": {"key": "k1", "rewrapped": {"payloads.sealed": 12}},
    "operator.confirmed": {"as": {"name": "acme", "enabled": True, "options": {}}, **BOUND},
    "operator.connected": {"company": "Acme", "profile": {"country": "DE"}, "again": True, "address": "https://us"},
    "operator.accepted": {"was": "acme-1", "company": "Acme", "profile": {"country": "DE"}, **BOUND},
    "operator.subscribed": {"name": "reports", "endpoint": "https://ml.acme.example/webhooks/concur"},
    "operator.unsubscribed": {"name": "reports"},
    "operator.tested": {},
    "operator.stopped_job": {"about": "Requeue 47"},
    "setup.bound": {},
    "connection.placed": {"address": "https://us", "was": ""},
    "db.settled": {"database": "ml", "server": "7123456789"},
    "operator.signed_in": {"address": "10.0.0.1", "once": True},
    "operator.signed_out": {"sessions": 1},
    "operator.turned_away": {"issuer": "https://idp", "sessions": 0},
    "operator.password": {"sessions": 2},
    "operator.reset": {"role": "viewer", "once_until": "2026-11-30T10:00:00+00:00"},
    "operator.role": {"from": "viewer", "to": "admin", "why": "new job"},
    "operator.revoked": {"why": "left", "sessions": 1, "tokens": 2},
    "operator.token_added": {"token": "nightly", "role": "viewer", "until": "2027-01-01T00:00:00+00:00"},
    "operator.token_revoked": {"token": "nightly"},
    "operator.verified": {"events": 12, "passed_over": 100, "findings": 0, "seal": 3, "upto": 90, "digest": HEX},
    "operator.backed_up": {"file": "ledger-1.dump", "bytes": 12, "proved": True},
    "operator.retained": {"months": ["2024-01"], "records": 12},
    "operator.backup_failed": {"why": "no room"},
    "retention.removed_messages": {"removed": 2, "messages": [1, 2]},
    "retention.removed_payloads": {"month": "2024-01", "removed": 12, "kept": 1},
    "retention.removed_records": {"removed": [RECORD, JOB], "mac": HEX, "key_id": "k1"},
    "message.received": {"connection": "post", "entity": "invoices", "id": "m1", "key": "47", "digest": HEX},
    "record.extracted": {"flow": "f", "key": "4711", "version": 1, "run": RUN},
    "record.listed_again": {"key": "4711"},
    "attempt.sent": {"attempt": JOB, "key": "T-1", "fingerprint": HEX},
    **{
        f"record.{state}": {"from": "mapped", "to": state, "why": "it waits", "due_in_seconds": 90, "mapping": 2}
        for state in _STATES
    },
    "record.parked": {"why": "No row says it. With one it goes on.", "hold": "park", "gate": "crosswalk terms N77"},
    "record.dead": {"from": "dead", "to": "dead", "why": "By hand?", "code": "listed_after_discard"},
    "record.superseded": {"from": "dead", "to": "superseded", "why": "a later version came"},
    "record.rescued": {"from": "mapped", "to": "mapped", "why": "gone", "worker": JOB, "crashes": 1},
    **{f"operator.requeue_{how}": {"requeue": JOB, **GROUP, "requeued": 2, "refused": 0} for how in STEPS},
    **{f"operator.discard_{how}": {"discard": JOB, **GROUP, "discarded": 2} for how in STEPS},
    **{f"operator.reapply_{how}": {"reapply": JOB, "mapping": 2, "since": None, "sent": 2} for how in STEPS},
}
_RAW = re.compile(r"True|False|None|[{}\[\]'\"]|[0-9a-f]{8}-[0-9a-f]{4}-|[0-9a-f]{32}|T\d\d:\d\d|\w_\w")


def test_each_kind_of_event_is_told_in_words() -> None:
    known = {name for kinds in event_words.KINDS.values() for name in kinds}
    assert known == set(SAMPLES)
    raw = {name: said for name, detail in SAMPLES.items() if _RAW.search(said := event_details.told(name, detail))}
    assert raw == {}
    assert not any("_" in event_words.words(name) for name in known)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("operator.signed_in", "from 10.0.0.1; with a password for one sign-in"),
        ("operator.role", "new job; from viewer; to admin"),
        ("operator.settled", "it is not there"),
        ("operator.set_codes", "KG is KGM, ST is EA"),
        ("operator.erased", "asked; records: 1; messages: 47; results: 2; answers: 0"),
        ("operator.added", "system: qad; with url: https://qad, allow plain http"),
        ("operator.changed", "switched off; options: round: to 2"),
        ("operator.read_payload", "all of it"),
        ("operator.replayed", "lost; it was done"),
        ("operator.corrected", "flow: f; was: amounts do not add up; field: lines.0.account; before: 1; after: 2"),
        ("operator.turned_away", "by https://idp; sign-ins ended: 0"),
        ("operator.verified", "events: 12; not looked at again: 100; found wrong: 0; up to event 90"),
        ("operator.freed", "was: Three failures in a row."),
        (
            "record.parked",
            "No row says it. With one it goes on; a code is missing; it waits for crosswalk terms N77",
        ),
        ("record.dead", "By hand? code: listed after discard"),
        ("record.waits", "it waits; due in seconds: 90"),
    ],
)
def test_it_is_told_like_this(name: str, said: str) -> None:
    assert event_details.told(name, SAMPLES[name]) == said


def test_what_has_a_page_is_led_to() -> None:
    assert event_details.links(ERASED) == [
        (f"document {RECORD[-6:]}", f"/documents/{RECORD}"),
        ("message 47", "/messages/47"),
    ]
    assert event_details.links(SAMPLES["operator.ran"]) == [(f"run {RUN[-6:]}", f"/runs/{RUN}")]
    assert event_details.links({"run": "javascript:alert(1)", "message": "../x"}) == []


_NESTED = st.recursive(
    st.none() | st.booleans() | st.integers() | st.uuids().map(str) | st.sampled_from(["acme", "2026-11"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a_b", "once", "codes_of"]), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["why_not", "config", "records", "enabled"]), _NESTED, max_size=4))
def test_whatever_an_extension_writes_is_told_in_words(detail: dict[str, Any]) -> None:
    assert not _RAW.search(event_details.told("books.added", detail))
