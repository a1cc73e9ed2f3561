"""Somebody writes to the tables without a master key: nothing follows, and it is found."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from connector.domain import canonical
from connector.domain.errors import ConfigurationError
from connector.operations.operator import Operator
from connector.operations.setup import vault
from connector.store.audit import trail
from connector.store.binding import newest_change
from connector.store.postgres.transaction import Transaction
from connector.vault import new_key
from tests.cli.behind_the_back import BEHIND, FLOW, another, code, found, goes_by_its_flow, said, writes
from tests.http.misbehaving import Server, misbehaving
from tests.privileged import tampering

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.bootstrap import Application
    from tests.cli.conftest import Terminal


@pytest.fixture
def listener() -> Iterator[Server]:
    """Where the attacker waits for the password."""
    with misbehaving() as server:
        yield server


CHANGES = {
    "address": "UPDATE connections SET config = config || jsonb_build_object('base_url', CAST(:url AS text))",
    "path": "UPDATE connections SET overrides = jsonb_build_object('paths', jsonb_build_object('token', :url || '/t'))",
    "way to log in": 'UPDATE connections SET config = config || \'{"auth": "basic"}\'',
    "name": "UPDATE connections SET name = 'other-' || name",
}


@pytest.mark.parametrize("change", CHANGES)
def test_no_secret_follows_a_row_that_was_changed(
    acme: Terminal, built: Application, listener: Server, change: str
) -> None:
    writes(
        built,
        f"{CHANGES[change]} WHERE name = 'acme-qad'",
        **({"url": listener.url} if ":url" in CHANGES[change] else {}),
    )
    name = "other-acme-qad" if change == "name" else "acme-qad"

    assert f"connection:{name} was {BEHIND}, so nothing is sent to it" in said(acme, "connection", "ping", name)
    assert listener.heard == []
    assert listener.connections == 0
    assert f"connection:{name}" in found(acme)
    shown = " ".join(acme.ok("connection", "show", name).out.split())
    assert BEHIND in shown
    (line,) = [check for check in acme("doctor", "--json").json["checks"] if check["what"] == "setup"]
    assert f"connection:{name}" in line["found"]


def test_an_older_row_with_its_older_secrets_is_not_taken_for_the_newest(acme: Terminal, built: Application) -> None:
    (old,) = writes(built, "SELECT config, secrets FROM connections WHERE name = 'acme-qad'")
    acme.ok(
        "connection", "rotate", "acme-qad", "--config", acme.file("c.yaml", "base_url: http://127.0.0.1:8/clouderp\n")
    )
    writes(
        built,
        'UPDATE connections SET config = config || \'{"base_url": "http://127.0.0.1:9/clouderp"}\', secrets = :secrets '
        "WHERE name = 'acme-qad'",
        secrets=bytes(old.secrets),
    )

    assert "older than its newest change in the audit trail" in said(acme, "connection", "ping", "acme-qad")
    assert found(acme) == {"connection:acme-qad"}


def test_a_changed_row_is_mended_by_its_file_or_taken_as_it_is_but_never_by_the_way(
    acme: Terminal, built: Application
) -> None:
    exported = acme.ok("export").out.replace("ACME_QAD_PASSWORD", "QAD_PASSWORD")
    exported = exported.replace("ACME_J1_CLIENT_SECRET", "JAGGAER_SECRET")
    moved = "UPDATE connections SET config = config || '{\"username\": \"evil\"}' WHERE name = 'acme-qad'"
    writes(built, moved)

    rotate = ("connection", "rotate", "acme-qad", "--config", acme.file("p.yaml", "password: env:QAD_PASSWORD\n"))
    assert BEHIND in said(acme, *rotate)
    acme.ok("apply", acme.file("setup.yaml", exported))
    assert acme.json("connection", "show", "acme-qad")["config"]["username"] == "mfg"
    assert found(acme) == set()

    writes(built, moved)
    acme.ok("vault", "confirm", "connection:acme-qad")
    assert found(acme) == set()
    assert built.open_connection("acme-qad").config["username"] == "evil"
    *_, last = acme.json("audit", "show", "connection:acme-qad")
    assert (last["name"], last["detail"]["as"]["config"]["username"]) == ("operator.confirmed", "evil")


@pytest.mark.parametrize("subject", ["crosswalk:acme/payment_terms", "connection:acme-qad"])
def test_an_event_that_repeats_an_older_revision_brings_no_older_seal_back(
    acme: Terminal, payees: Application, subject: str
) -> None:
    rows = writes(payees, "SELECT id, sealed FROM bindings WHERE substr(CAST(id AS text), 15, 1) = '5'")
    (secrets,) = writes(payees, "SELECT secrets, config FROM connections WHERE name = 'acme-qad'")
    revision = acme.json("audit", "show", subject)[-1]["detail"][newest_change.REVISION]
    acme.ok("crosswalk", "set", "payment_terms", "30", "SUP-99")
    acme.ok("connection", "rotate", "acme-qad", "--config", acme.file("c.yaml", "username: other\n"))
    if subject.startswith("crosswalk"):
        writes(payees, "UPDATE crosswalks SET target_code = 'SUP-30' WHERE source_code = '30'")
        writes(payees, "UPDATE bindings SET sealed = :sealed WHERE id = :id", id=rows[0].id, sealed=rows[0].sealed)
    else:
        writes(
            payees,
            "UPDATE connections SET config = CAST(:config AS jsonb), secrets = :secrets WHERE name = 'acme-qad'",
            config=canonical.dumps(secrets.config).decode(),
            secrets=secrets.secrets,
        )
    assert found(acme) == {subject}

    with payees.store.begin() as connection:
        trail.append(
            Transaction(connection),
            trail.event(
                subject,
                "operator.set_codes",
                actor="operator:root",
                at=dt.datetime.now(dt.UTC),
                detail={newest_change.REVISION: revision},
            ),
        )

    assert found(acme) == {subject}
    acme.ok("vault", "confirm", subject)
    assert found(acme) == set()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE flows SET options = '{\"anything\": true}'",
        "UPDATE flows SET reversed = NOT reversed",
        "UPDATE integrations SET target_connection_id = source_connection_id",
        "UPDATE bindings SET sealed = (SELECT sealed FROM bindings b WHERE b.id <> bindings.id LIMIT 1)",
    ],
)
def test_no_document_goes_by_a_flow_that_was_changed(acme: Terminal, built: Application, change: str) -> None:
    goes_by_its_flow(built)
    writes(built, change)

    with another(built) as fresh:  # a process that knows the flow, and one that does not yet
        for seen in (built, fresh) if "bindings" not in change else (fresh,):
            with pytest.raises(ConfigurationError, match=rf"flow:acme/{FLOW} was {BEHIND}, so nothing is posted by it"):
                goes_by_its_flow(seen)
    assert f"flow:acme/{FLOW}" in found(acme)
    assert BEHIND in said(acme, "flow", "enable", f"acme/{FLOW}")


def test_what_an_earlier_release_wrote_is_bound_once_and_nothing_after_that(acme: Terminal, built: Application) -> None:
    acme.ok("crosswalk", "set", "payment_terms", "30", "SUP-30")
    as_an_earlier_release(built)
    assert found(acme) == set()
    assert code(built) == "SUP-30"
    operator = Operator(application=built, actor="worker:first")

    bound = vault.adopt(operator)

    assert dict(bound) == {"connections": 2, "flows": len(acme.json("flow", "list")), "crosswalks": 1}
    assert vault.adopt(operator) == {}
    (event,) = acme.json("audit", "show", "setup:bindings")
    assert (event["name"], event["actor"], event["detail"]["connections"]) == ("setup.bound", "worker:first", 2)
    assert acme.ok("audit", "verify").code == 0
    writes(built, "INSERT INTO crosswalks SELECT id, 'accounts', '1', 'EVIL' FROM integrations")
    writes(built, "DELETE FROM bindings")
    assert vault.adopt(operator) == {}
    assert {"crosswalk:acme/accounts", "crosswalk:acme/payment_terms"} < found(acme)


def as_an_earlier_release(built: Application) -> None:
    """No seal, and no event that names one."""
    for row in writes(built, "SELECT id, name FROM connections"):
        plain = canonical.dumps(built.open_connection(row.name).secrets)
        sealed = built.vault.seal(plain, f"connections:{row.id}:secrets")
        writes(built, "UPDATE connections SET secrets = :sealed WHERE id = :id", id=row.id, sealed=sealed)
    writes(built, "DELETE FROM bindings")
    with tampering(built.store) as superuser:
        superuser.execute(sa.text("DELETE FROM audit_events"))
        superuser.execute(sa.text("DELETE FROM audit_heads"))


def test_a_new_master_key_takes_all_seals_along(
    acme: Terminal, payees: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    newest = new_key()
    monkeypatch.setenv("ML_CONNECTOR_MASTER_KEYS", f"{newest},{payees.settings.master_keys}")
    acme.ok("vault", "rotate")
    monkeypatch.setenv("ML_CONNECTOR_MASTER_KEYS", newest)

    assert found(acme) == set()
    acme.ok("crosswalk", "set", "payment_terms", "40", "SUP-40")
