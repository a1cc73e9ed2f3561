"""A company whose QAD and SAP Concur the product brings together."""

from __future__ import annotations

import itertools
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from sandbox.reconciliation import qad_concur
from sandbox.server import running
from tests.e2e import books
from tests.e2e.plant import Tenant
from workers.demo import scenario_concur, second_day
from workers.demo.reconciling import compared

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal
    from pathlib import Path

    from connector.domain.comparing import Compared
    from sandbox.server import SandboxServer
    from tests.e2e.plant import Plant

_NUMBERS = itertools.count(1)


@dataclass(frozen=True, kw_only=True)
class Company(Tenant):
    """A company with a QAD and an SAP Concur of its own."""

    qad: SandboxServer
    concur: SandboxServer

    def connections(self) -> dict[str, Any]:
        return {
            f"{self.name}-qad": books.connection(self.qad.url, timeout_seconds=2),
            f"{self.name}-concur": {**scenario_concur.connection(self.concur.url), "timeout_seconds": 2},
        }

    def set_up(self, folder: Path, *, schedule: str = "every 3s") -> None:
        integration = scenario_concur.integration(f"{self.name}-qad") | {"to": f"{self.name}-concur"}
        for flow in integration["flows"].values():
            flow["schedule"] = schedule
        file = folder / f"{self.name}.yaml"
        file.write_text(yaml.safe_dump({"connections": self.connections(), "integrations": {self.name: integration}}))
        self.plant.ok("apply", str(file))

    def receive_everything(self) -> None:
        """What Concur has an invoice for has been received in QAD: no document waits for a person."""
        invoices = self.concur.state("expected")["expected"]["invoices"]
        ordered = {order for facts in invoices.values() for order in facts["orders"]}
        self.qad.add_documents({"receive": sorted(ordered - set(self.qad.state("holds")["holds"]["receipts"]))})

    def unpaid_reports(self) -> dict[str, Decimal]:
        """What QAD owes for each expense report in its books that nothing was paid on yet."""
        return second_day.unpaid_reports(self.qad.state("holds"), self.concur.state("expected"))

    def reimburse_employees(self) -> None:
        """QAD pays what it owes."""
        self.qad.add_documents({"reimburse": sorted(self.unpaid_reports())})

    def told_of_payments(self, *reports: str) -> dict[str, list[str]]:
        """What Concur took about the payments of each report, in the order it was told."""
        found = self.concur.state("holds")["holds"]["expenses"].values()
        return {
            one["source_key"]: [said["status"] for said in one["payments"] if said["code"] == 0]
            for one in found
            if one["source_key"] in reports
        }

    def compared(self) -> list[Compared]:
        """What should be on each side, and what is, flow by flow."""
        return compared(qad_concur.sides(self.qad.state(), self.concur.state()))

    def differences(self) -> list[Compared]:
        """Where something is missing, twice or wrong."""
        return [line for line in self.compared() if not line.clean]

    def settled(self) -> None:
        """Every document is where it belongs, on both sides."""
        try:
            self.plant.until(lambda: not self.differences(), f"{self.name} reconciled")
        except AssertionError:
            assert self.differences() == []
            raise

    def records(self, flow: str) -> dict[str, str]:
        """Source key -> state of the newest version."""
        found = self.plant.ask(
            """SELECT DISTINCT ON (r.source_key) r.source_key, r.state, r.hold FROM records r
               JOIN flows f ON f.id = r.flow_id JOIN integrations i ON i.id = f.integration_id
               WHERE i.name = %(me)s AND f.name = %(flow)s ORDER BY r.source_key, r.version DESC""",
            me=self.name,
            flow=flow,
        )
        return {row.source_key: row.state for row in found}


@contextmanager
def a_company(plant: Plant, *, documents: int) -> Iterator[Company]:
    with (
        books.running_books(documents=max(20, documents)) as qad,
        running("concur", documents=documents) as concur,
        Company(plant=plant, name=f"concur{next(_NUMBERS)}", qad=qad, concur=concur).staying() as company,
    ):
        yield company
