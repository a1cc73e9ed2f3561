"""Two integrations on one QAD: an invoice that one of them posted there is none of the other's business."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from tests.e2e.books import qad_connection
from tests.e2e.plant import INVOICES, new_customer
from workers.demo import scenario_concur

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.plant import Customer, Plant

_POSTED = """INSERT INTO documents (id, flow_id, source_key, version, fingerprint, target_id, target_key)
SELECT gen_random_uuid(), f.id, 'R-1', 1, 'print', %(key)s, %(key)s FROM flows f
JOIN integrations i ON i.id = f.integration_id
WHERE i.name = %(integration)s AND f.name = 'concur_invoices_to_qad' RETURNING id"""


def post_from_concur(customer: Customer, invoice_id: str, folder: Path) -> str:
    """Have another integration, with a connection of its own, post this invoice of QAD; returns its name."""
    plant, name = customer.plant, f"{customer.name}-expenses"
    setup = {
        "connections": {
            f"{name}-qad": qad_connection(customer.qad.url),
            f"{name}-concur": scenario_concur.connection("http://127.0.0.1:9"),
        },
        "integrations": {name: {"kind": "qad-concur", "from": f"{name}-qad", "to": f"{name}-concur"}},
    }
    (folder / "two.yaml").write_text(yaml.safe_dump(setup))
    plant.ok("apply", str(folder / "two.yaml"))
    held = customer.qad.state("holds")["holds"]["invoices"][invoice_id]
    reference = "".join(held["reference"].upper().split())
    key = "|".join(("10usaco", held["supplier"].lower(), reference, held["type"]))
    assert plant.ask(_POSTED, integration=name, key=key)
    plant.ok("vault", "confirm", f"link:{name}/concur_invoices_to_qad/R-1")  # no worker wrote it
    return name


def test_what_came_from_concur_does_not_go_to_jaggaer_and_its_record_says_why(up: Plant, tmp_path: Path) -> None:
    with new_customer(up, documents=8) as customer:
        customer.set_up(tmp_path)
        expected = customer.qad.state("expected")["expected"]["invoices"]
        posted = next(iter(expected))
        other = post_from_concur(customer, expected[posted]["invoice_id"], tmp_path)

        up("flow", "run", customer.flow(INVOICES))
        up.until(customer.quiet, "the invoices came to rest")

        assert sorted(customer.jaggaer.state("holds")["holds"]["invoices"]) == sorted(set(expected) - {posted})
        [record] = customer.ask(
            "SELECT id, state FROM records WHERE source_key = %(key)s AND flow_id IN (SELECT id FROM mine)",
            key=expected[posted]["invoice_id"],
        )
        assert record.state == "skipped"
        shown = up.json("record", "show", str(record.id))
        why = f"for integration {other} (document R-1 of concur_invoices_to_qad)"
        assert why in shown["record"]["why"]
        assert why in shown["events"][-1]["detail"]["why"]
