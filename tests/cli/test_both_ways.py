"""The same commands, typed at two new ledgers: at one itself, and at the other with ``--server`` and a token."""

from __future__ import annotations

import re
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from connector.bootstrap import application
from connector.config import load_settings
from connector.domain.role import Role
from connector.operations.accounts import people, tokens
from connector.operations.operator import Operator
from tests.api.conftest import api_of
from tests.cli.app_center import COMPANY, REQUEST_TOKEN
from tests.cli.conftest import JAGGAER, QAD, move

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.conftest import Terminal

#: what no two ledgers have in common
_OWN = re.compile(
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    r"|\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d| UTC)?"
    r"|(?<=stopped already: ).*?(?= stopped it)|\bmlc_[\w-]+"
    r"|(?<=ml-connector-sap-)[0-9a-f]{12}|(?<=in )\d+(?= ms)|(?<=\"latency_ms\": )[\d.]+"
    r"|(?<=with )[\w-]+(?=, once)|(?<=\"once\": \")[^\"]+|(?<=--after ).*"
)
FLOW = "acme/qad_invoices_to_jaggaer"
FILES = {
    "qad.yaml": f"{QAD}timeout_seconds: 20.5\nentities:\n  invoices:\n    browse: other\n",
    "jaggaer.yaml": JAGGAER,
    "moved.yaml": "password: env:QAD_PASSWORD\nusername: other\n",
    "clear.yaml": "password: canary-in-clear\n",
    "unset.yaml": QAD.replace("QAD_PASSWORD", "NOT_SET"),
    "empty.yaml": "{}\n",
    "codes.csv": "table,source,target\npayment_terms,30,NET30\npayment_terms,45,NET45\nunits,EA,EA\n",
    "wrong.csv": "table,source,target\npayment_terms,30,\nnothing,1,2\n",
    "slack.yaml": "url: env:SLACK_URL\nrules: [dead.letters]\nquiet: 20:00-06:00\ntimezone: Europe/Berlin\n",
    "quiet.yaml": "quiet: 20:00-08:00\ntimezone: Europe/Berlin\n",
    "email.yaml": "host: 127.0.0.1\nport: 9\nto: [ap@acme.example]\nfrom: ml@acme.example\nusername: ml\n",
    "setup.yaml": f"""
connections:
  acme-qad:
    system: qad
    {QAD.strip().replace(chr(10), chr(10) + "    ")}
integrations:
  acme:
    kind: qad-jaggaer
    from: acme-qad
    to: acme-j1
    flows:
      qad_invoices_to_jaggaer: {{enabled: true, schedule: "@daily"}}
    crosswalks:
      units: {{EA: PCE}}
alerts:
  channels:
    ops: {{kind: slack, url: env:SLACK_URL}}
  rules:
    dead.letters: {{threshold: 5}}
""",
    "wrong.yaml": "connections:\n  acme-qad:\n    system: qad\n    base_url: nowhere\n    password: env:QAD_PASSWORD\n",
    "unknown.yaml": "integrations:\n  acme: {kind: qad-jaggaer, from: acme-qad, to: nobody}\n",
}
#: a file is named by < and its name, and what was listed last by SEEN; what begins with ! must fail
COMMANDS = """
  connection add acme-qad --system qad --config <qad.yaml
! connection add acme-qad --system qad --config <qad.yaml
! connection add ACME --system qad --config <qad.yaml
! connection add other --system nowhere --config <qad.yaml
! connection add other --system qad --config <unset.yaml
! connection add other --system qad --config <clear.yaml
! connection add other --system qad --config <jaggaer.yaml
  connection add acme-j1 --system jaggaer --config <jaggaer.yaml --json
  connection add spare --system jaggaer --config <jaggaer.yaml
  connection list
  connection list --json
  connection show acme-qad
  connection show acme-qad --json
! connection show acme-qat
  connection rotate acme-qad --config <moved.yaml
! connection rotate acme-qad --config <empty.yaml
! connection rotate acme-qad --config <clear.yaml --json
! connection rotate acme-j1 --config <qad.yaml
  connection stop acme-qad --why moved
! connection stop acme-qad --why again
! connection stop acme-j1 --why=
! connection ping acme-qad
  connection resume acme-qad
! connection resume acme-qad --json
! connection accept acme-qad --name other
! connection connect no --id 01234567-89ab-4def-8123-456789abcdef --request-token env:QAD_PASSWORD
! connection connect no --id 01234567-89ab-4def-8123-456789abcdef --request-token env:NOT_SET
! connection remove nobody
  connection remove spare
! crosswalk list
! integration add acme --kind qad-jaggaer --from acme-qad --to nobody
! integration add acme --kind qad-nowhere --from acme-qad --to acme-j1
  integration add acme --kind qad-jaggaer --from acme-qad --to acme-j1
! integration add acme --kind qad-jaggaer --from acme-qad --to acme-j1
! integration add ACME --kind qad-jaggaer --from acme-qad --to acme-j1
  integration add two --kind qad-jaggaer --from acme-qad --to acme-j1 --json
  integration list
  integration list --json
  integration show acme
  integration show acme --json
! integration show nobody
! connection remove acme-qad
  crosswalk list --table payment_terms
! crosswalk list --table nowhere
  crosswalk missing --json
! integration remove two --why=
  integration remove two --why over
! integration remove two --why over --json
  flow schedule {FLOW} @daily --timezone Europe/Berlin --json
  flow schedule {FLOW} @daily
! flow schedule {FLOW} never
! flow schedule invoices @daily
! flow schedule acme/nothing @daily
! flow run invoices
! record list --flow invoices
! dead requeue --flow invoices
! run list --flow invoices
! period withdraw invoices --period 2026-10 --why x
  crosswalk set payment_terms 30 N30 --why first
! crosswalk set nothing 30 N30
  crosswalk import <codes.csv --preview
  crosswalk import <codes.csv --preview --alone --json
  crosswalk import <codes.csv --why all
  crosswalk import <codes.csv --json
! crosswalk import <wrong.csv
! crosswalk import <wrong.csv --preview
! crosswalk import <codes.csv --integration nobody
  crosswalk list --limit 1
  crosswalk list --after payment_terms:30 --json
  crosswalk list --table units
! crosswalk list --table nothing
  crosswalk missing
  crosswalk export
  crosswalk export --json
! crosswalk choices payment_terms
! crosswalk choices nothing
  crosswalk remove payment_terms 45 --why gone
! crosswalk remove payment_terms 46
  alert list
  alert rule list
  alert rule set dead.letters --threshold 3
  alert rule set dead.letters --off --for {FLOW} --json
! alert rule set dead.letters --for nobody --off
! alert rule set dead.letters
! alert rule set nothing --off
! alert rule set dead.letters --on --seen another
  alert rule list --json
  alert rule set dead.letters --on --seen SEEN
! alert rule set dead.letters --off --seen SEEN
! alert rule set dead.letters --default --seen SEEN
  alert rule list
  alert rule set dead.letters --default
  alert rule set dead.letters --default
  alert channel add ops --kind slack --config <slack.yaml
! alert channel add ops --kind slack --config <slack.yaml
! alert channel add OPS --kind slack --config <slack.yaml
! alert channel add mail --kind fax --config <slack.yaml
! alert channel add mail --kind email --config <email.yaml
! alert channel add mail --kind slack --config <qad.yaml
  alert channel list
  alert channel list --json
  alert channel change ops --config <quiet.yaml --seen SEEN
! alert channel change ops --config <slack.yaml --seen SEEN
  alert channel change ops --config <slack.yaml
! alert channel change ops --config <slack.yaml --seen another
! alert channel change nobody --config <slack.yaml
! alert channel test ops
  alert channel told
! alert channel told nobody
  operator add bob --role operator
  operator add eve --role viewer --json
! operator add bob --role viewer
! operator add Bob! --role viewer
  operator list
  operator list --json
  operator role bob --role viewer --why moved
! operator role bob --role viewer --why=
! operator role nobody --role viewer --why moved
! operator role anna --role viewer --why moved
  operator reset bob
  operator sign-out bob
  operator token add bob nightly --role viewer --days 30
! operator token add bob nightly --role viewer
! operator token add bob other --role admin
! operator token add bob OTHER --role viewer
  operator token list --operator bob
  operator token list --operator bob --json
  operator token list
! operator token list --operator nobody
  operator token revoke bob nightly
! operator token revoke bob nightly
  operator revoke bob --why left --json
! operator revoke bob --why left
  connection connect sap --id COMPANY --request-token env:REQUEST_TOKEN --config <application.yaml
  connection connect sap --id COMPANY --request-token env:REQUEST_TOKEN --json
! connection connect sap --id COMPANY --request-token env:REQUEST_TOKEN --config <application.yaml
! connection connect new --id COMPANY --request-token env:QAD_PASSWORD --config <application.yaml
  connection show sap
  connection ping sap
  connection ping sap --json
  webhook subscribe sap --endpoint https://connector.example.com/webhooks/concur
! webhook subscribe sap --endpoint https://connector.example.com/other
  webhook list sap
  webhook list sap --json
  webhook remove sap SEEN
  connection remove sap --json
! webhook list acme-qad
! webhook list nobody
! webhook subscribe acme-qad --endpoint https://connector.example.com/webhooks/concur
! webhook remove acme-qad some
  apply <setup.yaml
  apply <setup.yaml --json
! apply <wrong.yaml
! apply <unknown.yaml
  apply <empty.yaml
! apply <missing.yaml
  export
  export --json
  alert channel remove ops
! alert channel remove ops
""".replace("{FLOW}", FLOW).replace("COMPANY", COMPANY)


@pytest.fixture
def both(
    terminal: Terminal, module_database_url: str, file: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[dict[str, str], dict[str, str]]]:
    """What the commands said here, and what they said there; ``file`` is our application at SAP."""
    assert file.endswith("application.yaml")
    monkeypatch.setenv("SLACK_URL", "http://127.0.0.1:9/canary")
    settle()[0].application.close()
    monkeypatch.setenv("REQUEST_TOKEN", REQUEST_TOKEN)
    here = said(terminal)
    monkeypatch.setenv("ML_CONNECTOR_DATABASE_URL", module_database_url)
    operator, token = settle()
    monkeypatch.setenv("ML_CONNECTOR_TOKEN", token)
    with closing(operator.application), api_of(operator)[1] as serving:
        move(monkeypatch, serving.url)
        yield here, said(terminal)


def settle() -> tuple[Operator, str]:
    """Somebody who may set it up, and a token of theirs that was used."""
    operator = Operator(application=application(load_settings()), actor="operator:root")
    people.add(operator, "anna", Role.ADMIN)
    token, _ = tokens.add(operator, "anna", "laptop", Role.ADMIN)
    tokens.bearer(operator, token)
    return operator, token


def said(terminal: Terminal) -> dict[str, str]:
    for name, text in FILES.items():
        terminal.file(name, text)
    found, wrong, seen = dict[str, str](), [], ""
    for line in COMMANDS.strip().splitlines():
        typed = line.strip(" !").replace("SEEN", seen).split()
        told = terminal(*(str(terminal.folder / word[1:]) if word.startswith("<") else word for word in typed))
        if typed[:2] == ["webhook", "list"] and "--json" in typed:
            seen = told.json[0]["name"] if told.out else ""
        elif typed[0] == "alert" and typed[2:] == ["list", "--json"]:
            seen = told.json["seen"]["dead.letters"] if typed[1] == "rule" else told.json[0]["seen"]
        if bool(told.code) is not line.startswith("!"):
            wrong.append((line, told))
        assert "canary" not in told.out + told.err
        found[f"{len(found)}: {line}"] = _OWN.sub("...", f"{told.code}\n{told.out}\n{told.err}")
    assert wrong == []
    return found


def test_a_command_says_the_same_with_a_server_and_without(both: tuple[dict[str, str], dict[str, str]]) -> None:
    here, there = both
    assert {line: shown for line, shown in there.items() if shown != here[line]} == {}
