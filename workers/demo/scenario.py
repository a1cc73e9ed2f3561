"""What the demonstration sets up: the same file a customer would write, and how the simulators misbehave."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from connector import files
from workers.demo import scenario_concur

if TYPE_CHECKING:
    from pathlib import Path

INTEGRATION = "acme-jaggaer"
SOURCE = "acme-qad"
TARGET = "acme-jaggaer-one"
#: the simulators' credentials, which guard nothing
SECRETS = {"DEMO_QAD_PASSWORD": "qad-sandbox", "DEMO_JAGGAER_SECRET": "jaggaer-sandbox", **scenario_concur.SECRETS}
_QAD_CLIENT = "0123456789abcdef0123456789abcdef"
_PAYMENT_TERMS = {"N30": "Net 30", "N45": "Net 45", "N60": "Net 60", "2-10N30": "2% 10 Net 30"}
_FLOWS = (
    "qad_suppliers_to_jaggaer",
    "qad_accounts_to_jaggaer",
    "qad_orders_to_jaggaer",
    "qad_invoices_to_jaggaer",
    "qad_payments_to_jaggaer",
)

#: switched on after the connections were pinged: QAD loses some reads; JAGGAER forgets tokens, asks for pauses, fails,
#: and loses answers before and after the effect
FAULTS = {
    "qad": [
        {"match": {"path": "/browses"}, "kind": "503", "rate": 0.08},
        {"match": {"path": "/api/"}, "kind": "401", "rate": 0.03},
    ],
    "jaggaer": [
        {"match": {"path": "/j1p/"}, "kind": "401", "rate": 0.01},
        {"match": {"path": "/j1p/"}, "kind": "429", "count": 2, "retry_after": 2},
        {"match": {"path": "/j1p/"}, "kind": "503", "rate": 0.02},
        {"match": {"method": "POST", "path": "/j1p/"}, "kind": "reset-after", "rate": 0.02},
        {"match": {"method": "POST", "path": "/j1p/"}, "kind": "reset-before", "rate": 0.01},
        {"match": {"method": "POST", "path": "/invoices/ocr"}, "kind": "timeout", "count": 2, "seconds": 8},
        {"match": {"path": "/j1p/"}, "kind": "malformed", "count": 2},
    ],
    "concur": scenario_concur.FAULTS,
}


def write_setup(directory: Path, places: dict[str, str]) -> Path:
    """Write the file for ``ml-connector apply``; secrets stay in the environment."""
    qad, jaggaer = places["sandbox-qad"], places["sandbox-jaggaer"]
    setup = {
        "connections": {
            scenario_concur.CONNECTION: scenario_concur.connection(places["sandbox-concur"]),
            SOURCE: {
                "system": "qad",
                "base_url": f"{qad}/clouderp",
                "auth": "oauth_password",
                "client_id": _QAD_CLIENT,
                "username": "mfg",
                "password": "env:DEMO_QAD_PASSWORD",
                "workspace": "10USA_10USACO",
                "domain": "10USA",
                "entity": "10USACO",
                "shared_set": "CORP",
                "timeout_seconds": 5,
                "dates": "dmy",
            },
            TARGET: {
                "system": "jaggaer",
                "base_url": jaggaer,
                "token_url": f"{jaggaer}/auth/realms/J1p-integrations/protocol/openid-connect/token",
                "client_id": "ml-connector",
                "client_secret": "env:DEMO_JAGGAER_SECRET",
                "timeout_seconds": 5,
                # the simulator shows at once what it took
                "ask_again_seconds": [5],
            },
        },
        "integrations": {
            scenario_concur.INTEGRATION: scenario_concur.integration(SOURCE),
            INTEGRATION: {
                "kind": "qad-jaggaer",
                "from": SOURCE,
                "to": TARGET,
                "flows": {flow: {"enabled": True, "schedule": "every 10s"} for flow in _FLOWS},
                "crosswalks": {"payment_terms": _PAYMENT_TERMS, "business_units": {"10USACO": "0001"}},
            },
        },
    }
    path = directory / "setup.yaml"
    files.write(path, yaml.safe_dump(setup, sort_keys=False))
    return path
