"""The first integration of the demonstration: QAD and JAGGAER ONE."""

from __future__ import annotations

from workers.demo.scenario import Scenario

INTEGRATION = "acme-jaggaer"
SOURCE = "acme-qad"
TARGET = "acme-jaggaer-one"
#: the simulators show at once what they took
_SOON = {"ask_again_seconds": [1]}
_PAYMENT_TERMS = {"N30": "Net 30", "N45": "Net 45", "N60": "Net 60", "2-10N30": "2% 10 Net 30"}

#: QAD Enterprise Edition says what it did not do, and does not say what it did
_ENTERPRISE_ANSWERS = [
    {"api": "bcinvoice", "kind": "error_posted", "rate": 0.1},
    {"api": "bcinvoice", "kind": "runtime", "posted": True, "count": 1},
    {"api": "bjournalentry", "kind": "late", "seconds": 3, "count": 2},
    {"api": "bjournalentry", "kind": "blank", "posted": True, "count": 1},
    {"api": "bjournalentry", "kind": "rolled_back", "count": 1},
]

SCENARIO = Scenario(
    name=INTEGRATION,
    kind="qad-jaggaer",
    source=SOURCE,
    target=TARGET,
    connections={
        (SOURCE, "qad"): {"auth": "oauth_password", "domain": "10USA", "entity": "10USACO", "dates": "dmy", **_SOON},
        (TARGET, "jaggaer"): {**_SOON},
    },
    # it shows some entries three seconds later
    interfaces={"qad-ee": {"ask_again_seconds": [5]}},
    crosswalks={"payment_terms": _PAYMENT_TERMS, "business_units": {"10USACO": "0001"}},
    secrets={"QAD_PASSWORD": "qad-sandbox", "JAGGAER_SECRET": "jaggaer-sandbox"},
    # an instance that shows the twelfth of September as 12/09/26
    behaviour={"qad": {"dates": "dd/mm/yy"}, "qad-ee": {"answers": _ENTERPRISE_ANSWERS}},
    # QAD loses some reads; JAGGAER forgets tokens, asks for pauses, fails, loses answers before and after the effect
    faults={
        "qad": (
            {"match": {"path": "/browses"}, "kind": "503", "rate": 0.08},
            {"match": {"path": "/api/"}, "kind": "401", "rate": 0.03},
        ),
        "qad-ee": (
            {"match": {"path": "/QdocWebService"}, "kind": "503", "rate": 0.05},
            {"match": {"path": "/QdocWebService"}, "kind": "reset-before", "rate": 0.02},
            {"match": {"path": "/QdocWebService"}, "kind": "reset-after", "rate": 0.02},
            {"match": {"path": "/QdocWebService"}, "kind": "malformed", "count": 2},
        ),
        "jaggaer": (
            {"match": {"path": "/j1p/"}, "kind": "401", "rate": 0.01},
            # last of all a first round sends payments, so that what comes before is not slowed down by it
            {"match": {"path": "/paymentstatus"}, "kind": "429", "count": 2, "retry_after": 2},
            {"match": {"path": "/j1p/"}, "kind": "503", "rate": 0.02},
            {"match": {"method": "POST", "path": "/j1p/"}, "kind": "reset-after", "rate": 0.02},
            {"match": {"method": "POST", "path": "/j1p/"}, "kind": "reset-before", "rate": 0.01},
            {"match": {"method": "POST", "path": "/invoices/ocr"}, "kind": "timeout", "count": 2, "seconds": 8},
            {"match": {"path": "/j1p/"}, "kind": "malformed", "count": 2},
        ),
    },
)
