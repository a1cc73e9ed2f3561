"""``apply`` and ``export`` of alerts: channels with their secrets by reference, and rules."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Terminal

KEY = f"whsec_{base64.b64encode(b'canary-key-of-thirty-two-bytes!!').decode()}"
ALERTS = """
alerts:
  channels:
    ops:
      kind: webhook
      url: env:OPS_URL
      signing_key: env:OPS_SIGNING_KEY
      rules: [dead.letters, disk.low]
      quiet: 22:00-06:30
    post:
      kind: email
      host: smtp.acme.example
      from: ml@acme.example
      to: [ap@acme.example]
      username: ml
      password: env:POST_PASSWORD
  rules:
    dead.letters: {threshold: 10, for: {acme: {urgent: true}}}
    disk.low: {enabled: false}
"""


@pytest.fixture(autouse=True)
def _secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("OPS_URL", "https://hooks.example/canary"), ("OPS_SIGNING_KEY", KEY)):
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("POST_PASSWORD", "canary-password")


def told(terminal: Terminal, text: str) -> dict[str, tuple[str, str]]:
    applied = terminal.json("apply", terminal.file("setup.yaml", text))
    return {row["name"]: (row["verdict"], row["detail"]) for row in applied}


@pytest.mark.usefixtures("scene")
def test_alerts_are_applied_and_the_second_time_nothing_changes(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = told(terminal, ALERTS)
    assert {name: verdict for name, (verdict, _) in first.items()} == {
        "ops": "created",
        "post": "created",
        "dead.letters": "changed",
        "dead.letters for acme": "changed",
        "disk.low": "changed",
    }
    assert {verdict for verdict, _ in told(terminal, ALERTS).values()} == {"unchanged"}
    monkeypatch.setenv("OPS_URL", "https://hooks.example/another-canary")
    again = told(terminal, ALERTS.replace("threshold: 10", "threshold: 12").replace("[ap@", "[it@"))
    changed = {name: detail for name, (verdict, detail) in again.items() if verdict == "changed"}
    assert changed == {"ops": "url", "post": "to", "dead.letters": "threshold"}
    assert "canary" not in str(terminal.json("audit", "show", "alert-channel:ops"))


@pytest.mark.usefixtures("scene")
def test_what_is_exported_of_alerts_applies_unchanged(terminal: Terminal) -> None:
    terminal.ok("apply", terminal.file("setup.yaml", ALERTS))
    exported = terminal.ok("export").out
    assert "canary" not in exported
    assert "env:POST_PASSWORD" in exported
    alerts = exported[exported.index("alerts:") :]
    assert {verdict for verdict, _ in told(terminal, alerts).values()} == {"unchanged"}


MISTAKES = (
    ("rules: [dead.letters, disk.low]", "rules: [disk.lo]", "Did you mean 'disk.low'?"),
    ("url: env:OPS_URL", "url: https://hooks.example/canary", "url is a secret"),
    ("threshold: 10", "treshold: 10", "Did you mean 'threshold'?"),
    ("disk.low: {", "disk.lo: {", "Did you mean 'disk.low'?"),
    ("for: {acme:", "for: {acm:", "Did you mean 'acme'?"),
    ("kind: webhook", "kind: webhok", "Did you mean 'webhook'?"),
    ("  channels:", "  chanels:", "Did you mean 'channels'?"),
)


@pytest.mark.usefixtures("scene")
@pytest.mark.parametrize(("right", "wrong", "says"), MISTAKES)
def test_a_mistake_in_the_alerts_of_a_file_names_its_line_and_nothing_is_done(
    terminal: Terminal, right: str, wrong: str, says: str
) -> None:
    assert right in ALERTS
    said = terminal("apply", terminal.file("setup.yaml", ALERTS.replace(right, wrong)))
    assert (said.code, says in " ".join(said.err.split())) == (2, True), said
    assert "line " in said.err
    assert "canary" not in said.err
    assert terminal.json("alert", "channel", "list") == []
    assert terminal.json("alert", "rule", "list")["set"] == []
