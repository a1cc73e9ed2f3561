"""A corrected code reaches what was loaded before, once; where the target takes no changes, it is named."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
import yaml

from sandbox.server import running
from tests.cli.processes import somebody_types, typed
from tests.recovery import works
from tests.recovery.conftest import sit_down

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from connector.embedded.redis import EmbeddedRedis
    from sandbox.server import SandboxServer
    from tests.cli.conftest import Terminal

SUPPLIERS = "acme-jaggaer/qad_suppliers_to_jaggaer"
ORDERS, INVOICES = "acme-jaggaer/qad_orders_to_jaggaer", "acme-jaggaer/qad_invoices_to_jaggaer"


@pytest.fixture(scope="module")
def jaggaer() -> Iterator[SandboxServer]:
    with running("jaggaer", documents=0) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def arrived(
    jaggaer: SandboxServer,
    module_database_url: str,
    redis_server: EmbeddedRedis,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """The ledger where everything has arrived; each test works on a copy of it."""
    with running("qad", documents=6) as qad:
        with pytest.MonkeyPatch.context() as environment:
            terminal = sit_down(redis_server.url(), tmp_path_factory.mktemp("arrived"), environment)
            environment.setenv("ML_CONNECTOR_DATABASE_URL", module_database_url)
            terminal.ok("apply", terminal.file("setup.yaml", yaml.safe_dump(works.jaggaer_setup(qad, jaggaer))))
            started = works.Works()
            started.read()
            started.settle()
            started.close()
        yield module_database_url


@pytest.fixture
def made(
    terminal: Terminal,  # its environment, in which this works, too
    arrived: str,
    copy_of: Callable[[str], AbstractContextManager[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[works.Works]:
    """Everything has arrived."""
    with copy_of(arrived) as url:
        monkeypatch.setenv("ML_CONNECTOR_DATABASE_URL", url)
        with closing(works.Works()) as started:
            yield started


def writes(jaggaer: SandboxServer) -> int:
    return len(jaggaer.state("writes")["writes"])


def moving(made: works.Works, flow: str) -> int:
    """Records of a flow that are not at their end."""
    (found,) = made.ask(
        "SELECT count(*) AS n FROM records r JOIN flows f ON f.id = r.flow_id "
        "WHERE f.name = :name AND r.state IN ('extracted', 'mapped', 'loaded')",
        name=flow.partition("/")[2],
    )
    return int(found.n)


def correct_a_unit(terminal: Terminal, made: works.Works) -> str:
    """Give a unit that some order has another code, which is returned."""
    (order,) = made.ask(
        "SELECT r.id FROM records r JOIN flows f ON f.id = r.flow_id WHERE f.name = :name "
        "ORDER BY r.source_key LIMIT 1",
        name=ORDERS.partition("/")[2],
    )
    source = terminal.json("record", "show", str(order.id), "--payload")["source"]
    terminal.ok("crosswalk", "set", "units", source["lines"][0]["unit_of_measure"], "CORRECTED")
    return "CORRECTED"


def test_orders_follow_a_corrected_code_and_posted_invoices_are_named(
    terminal: Terminal, jaggaer: SandboxServer, made: works.Works
) -> None:
    before = writes(jaggaer)
    same = terminal.json("flow", "reapply", ORDERS, "--yes")
    assert (same["send"], same["same"]) == (0, same["meant"])
    assert same["meant"] > 0
    unit = correct_a_unit(terminal, made)

    orders, invoices = (terminal.json("flow", "reapply", flow, "--dry-run") for flow in (ORDERS, INVOICES))
    assert orders["send"] > 0
    assert (invoices["send"], invoices["stays"] > 0) == (0, True)
    assert "JAGGAER" in invoices["documents"][0]["why"]
    made.settle()
    assert writes(jaggaer) == before, "a rehearsal writes nothing"

    sent = terminal.json("flow", "reapply", ORDERS, "--yes")
    assert sent["documents"] == orders["documents"], "it does what the rehearsal said"
    terminal.ok("flow", "reapply", INVOICES, "--yes")
    made.settle()
    assert writes(jaggaer) == before + orders["send"], "each once, and no invoice"
    assert moving(made, ORDERS) == 0

    again = terminal.json("flow", "reapply", ORDERS, "--yes")
    assert (again["send"], again["same"]) == (0, again["meant"])
    shown = terminal.json("record", "show", orders["documents"][0]["record"], "--payload")
    assert f'"{unit}"' in json.dumps(shown["target"])
    events = [event["name"] for event in shown["events"]]
    assert events.count("operator.reapplied") == 1
    assert terminal("audit", "verify").code == 0


@pytest.mark.parametrize("answer", ["n", "y"])
def test_a_person_at_a_terminal_is_told_how_many_and_asked_first(
    terminal: Terminal, made: works.Works, answer: str
) -> None:
    correct_a_unit(terminal, made)
    going = terminal.json("flow", "reapply", ORDERS, "--dry-run")["send"]
    documents = f"{going} document{'s' if going > 1 else ''}"

    with somebody_types(f"{answer}\n".encode()) as person, typed("flow", "reapply", ORDERS, stdin=person) as process:
        out, said = process.communicate()

    assert f"Send {documents} again? [y/N]" in said
    began = "operator.reapply_began" in terminal.ok("audit", "show", f"flow:{ORDERS}").out
    if answer == "n":
        assert (process.returncode, moving(made, ORDERS), began) == (1, 0, False)
        assert said.endswith("Nothing was done.\n")
    else:
        assert (process.returncode, moving(made, ORDERS), began) == (0, going, True)
        assert out.endswith(f"{documents} of {ORDERS} sent on their way again.\n")


def test_what_cannot_be_mapped_now_stays_and_says_why(terminal: Terminal, made: works.Works) -> None:
    made.ask("UPDATE crosswalks SET table_name = 'gone' WHERE table_name = 'payment_terms'")
    said = terminal.json("flow", "reapply", SUPPLIERS, "--yes")
    assert (said["send"], said["cannot"]) == (0, said["meant"])
    assert "payment_terms" in said["documents"][0]["why"]
    assert moving(made, SUPPLIERS) == 0


def test_only_what_was_loaded_since_is_meant(terminal: Terminal, made: works.Works) -> None:
    made.ask("UPDATE records SET finished_at = now() - interval '10 days'")
    assert terminal.json("flow", "reapply", ORDERS, "--dry-run", "--since", "3d")["meant"] == 0
    assert terminal.json("flow", "reapply", ORDERS, "--dry-run", "--since", "20d")["meant"] > 0


def test_what_is_on_its_way_is_left_alone_and_counted(terminal: Terminal, made: works.Works) -> None:
    total = terminal.json("flow", "reapply", ORDERS, "--dry-run")["meant"]
    made.ask(
        "UPDATE records SET state = 'extracted', due_at = now() WHERE id = (SELECT r.id FROM records r "
        "JOIN flows f ON f.id = r.flow_id WHERE f.name = 'qad_orders_to_jaggaer' LIMIT 1)"
    )
    said = terminal.json("flow", "reapply", ORDERS, "--dry-run")
    assert (said["meant"], said["left_alone"]) == (total - 1, {"under way": 1})


def test_documents_that_an_older_mapping_loaded_are_counted_until_they_were_looked_at(
    terminal: Terminal, made: works.Works
) -> None:
    def older() -> int:
        (listed,) = [f for f in terminal.json("flow", "list") if f["full_name"] == ORDERS]
        number: int = listed["loaded_with_older_mapping"]
        assert terminal.json("flow", "show", ORDERS)["loaded_with_older_mapping"] == number
        said = [
            terminal.ok("flow", "list").out,
            terminal.ok("flow", "show", ORDERS).out,
            terminal("doctor", "--json").out,
        ]
        sentences = [f"flow reapply {ORDERS} --dry-run" in " ".join(out.split()) for out in said]
        assert sentences == [number > 0] * 3
        return number

    assert older() == 0
    total = terminal.json("flow", "reapply", ORDERS, "--dry-run")["meant"]
    made.ask("UPDATE documents SET mapping_version = 0")
    assert older() == total, "a dry run decides nothing"
    terminal.ok("flow", "disable", ORDERS)
    assert older() == 0, "it is off: nothing of it is anybody's concern"
    terminal.ok("flow", "enable", ORDERS)

    made.ask(
        "UPDATE records SET finished_at = now() - interval '10 days' WHERE id = (SELECT r.id FROM records r "
        "JOIN flows f ON f.id = r.flow_id WHERE f.name = 'qad_orders_to_jaggaer' LIMIT 1)"
    )
    terminal.ok("flow", "reapply", ORDERS, "--since", "3d", "--yes")
    assert older() == 1
    terminal.ok("flow", "reapply", ORDERS, "--yes")
    assert older() == 0
