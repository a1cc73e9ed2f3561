from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

import pytest

from connector.domain.record import Hold, State
from tests.store.scene import WAITS

if TYPE_CHECKING:
    from uuid import UUID

    from tests.cli.conftest import Terminal
    from tests.store.scene import Scene


def park(scene: Scene, key: str, *subjects: str) -> UUID:
    record = scene.read_one(key)
    parked = dataclasses.replace(
        WAITS, state=State.EXTRACTED, hold=Hold.PARK, waits_for=subjects, due_in=dt.timedelta(hours=1)
    )
    assert scene.settle(scene.held(record), parked)
    return record


def test_setting_a_code_lets_the_records_go_on_that_wait_for_it(terminal: Terminal, scene: Scene) -> None:
    waiting = park(scene, "A", "crosswalk:payment_terms:30")
    other = park(scene, "B", "crosswalk:payment_terms:60")

    said = terminal.json("crosswalk", "set", "payment_terms", "30", "NET30")

    assert said == {"created": 1, "changed": 0, "unchanged": 0, "released": 1}
    assert scene.claim(waiting) is not None
    assert scene.claim(other) is None
    row = {"integration": "acme", "table": "payment_terms", "source": "30", "target": "NET30"}
    assert terminal.json("crosswalk", "list") == [row]


def test_a_row_lets_those_go_on_that_wait_for_the_code_in_other_letters(terminal: Terminal, scene: Scene) -> None:
    park(scene, "A", "crosswalk:payment_terms:n30")
    assert terminal.json("crosswalk", "set", "payment_terms", "N30", "NET30")["released"] == 1


def test_a_row_lets_a_document_go_on_whose_network_spells_its_domain_otherwise(
    terminal: Terminal, scene: Scene
) -> None:
    waiting = park(scene, "A", "crosswalk:payment_terms:NetworkId:S10002")
    other = park(scene, "B", "crosswalk:payment_terms:NetworkId:S10003")
    assert terminal.json("crosswalk", "set", "payment_terms", "NetworkID:S10002", "S10002")["released"] == 1
    assert scene.claim(waiting) is not None
    assert scene.claim(other) is None


def test_missing_codes_are_listed_with_the_records_that_wait(terminal: Terminal, scene: Scene) -> None:
    first = park(scene, "A", "crosswalk:payment_terms:2/10:30")
    second = park(scene, "B", "crosswalk:payment_terms:2/10:30", "crosswalk:business_units:10USACO")

    missing = terminal.json("crosswalk", "missing")

    assert missing == [
        {
            "integration": "acme",
            "table": "payment_terms",
            "source": "2/10:30",
            "target": None,
            "records": 2,
            "record_ids": [str(first), str(second)],
        },
        {
            "integration": "acme",
            "table": "business_units",
            "source": "10USACO",
            "target": None,
            "records": 1,
            "record_ids": [str(second)],
        },
    ]
    assert "2/10:30" in terminal.ok("crosswalk", "missing").out
    terminal.ok("crosswalk", "set", "payment_terms", "2/10:30", "NET30")
    assert [row["table"] for row in terminal.json("crosswalk", "missing")] == ["business_units"]


def test_a_row_that_is_incomplete_is_listed_with_what_it_says(terminal: Terminal, scene: Scene) -> None:
    terminal.ok("crosswalk", "set", "charges", "5900", "freight?")
    waiting = park(scene, "A", "crosswalk:charges:5900")
    listed = terminal.json("crosswalk", "missing")
    assert [(one["target"], one["record_ids"]) for one in listed] == [("freight?", [str(waiting)])]
    assert "freight?" in terminal.ok("crosswalk", "missing").out
    terminal.ok("crosswalk", "set", "charges", "5900", "freight")
    assert terminal.json("crosswalk", "missing") == [], "it goes on"


def test_an_exported_crosswalk_is_imported_unchanged(terminal: Terminal, scene: Scene) -> None:
    text = 'table,source,target\nbusiness_units,007,"Unit, One"\npayment_terms,NO,NET\n'
    file = terminal.file("codes.csv", text)

    first = terminal.json("crosswalk", "import", file)
    exported = terminal.ok("crosswalk", "export").out
    again = terminal.json("crosswalk", "import", "-", stdin=exported)

    assert first["created"] == 2
    assert exported == text
    assert again == {"created": 0, "changed": 0, "unchanged": 2, "released": 0}


@pytest.mark.parametrize(
    "raw",
    [
        "\ufefftable,source,target\nunits,Stück,EA\n".encode(),
        "table,source,target\nunits,Stück,EA\n".encode("latin-1"),
        b"table,source,target\r\nunits,EA,\r\n",
    ],
    ids=["with a mark", "in latin-1", "with a hole"],
)
def test_standard_input_is_read_as_a_file_is(terminal: Terminal, scene: Scene, raw: bytes) -> None:
    file = terminal.folder / "codes.csv"
    file.write_bytes(raw)

    piped = terminal("crosswalk", "import", "-", stdin=raw)
    named = terminal("crosswalk", "import", str(file))

    assert piped.code == named.code
    assert piped.err == named.err.replace(f"The file {file}", "Standard input").replace(str(file), "standard input")


def test_a_crosswalk_saved_by_a_spreadsheet_is_read(terminal: Terminal, scene: Scene) -> None:
    file = terminal.folder / "codes.csv"
    file.write_bytes("\ufeffTable;Source;Target\r\nunits;ST;EA\r\n;;\r\n".encode())

    terminal.ok("crosswalk", "import", str(file))

    assert terminal.json("crosswalk", "list", "--table", "units") == [
        {"integration": "acme", "table": "units", "source": "ST", "target": "EA"}
    ]


def test_codes_of_several_integrations_are_listed_with_whose_they_are(terminal: Terminal, scene: Scene) -> None:
    second = type(scene).set_up(scene.ledger, scene.vault, prefix="second-")
    for name in ("acme", "second-acme"):
        terminal.ok("crosswalk", "set", "payment_terms", "30", f"NET30-{name}", "-i", name)
    waiting = park(second, "A", "crosswalk:payment_terms:60")

    listed = terminal.json("crosswalk", "list")
    assert [(one["integration"], one["target"]) for one in listed] == [
        ("acme", "NET30-acme"),
        ("second-acme", "NET30-second-acme"),
    ]
    assert listed[1:] == terminal.json("crosswalk", "list", "-i", "second-acme")
    (lacking,) = terminal.json("crosswalk", "missing")
    assert (lacking["integration"], lacking["record_ids"]) == ("second-acme", [str(waiting)])
    assert "second-acme" in terminal.ok("crosswalk", "missing").out
    cut = terminal("crosswalk", "list", "--limit", "1")
    assert cut.err == "1 of 2; --integration shows those of one.\n"
    for words in (("list", "--after", "payment_terms:30"), ("export",), ("set", "payment_terms", "1", "2")):
        said = terminal("crosswalk", *words)
        assert (said.code, "acme, second-acme" in said.err) == (2, True), words
    assert "There is no crosswalk table 'nothing'." in terminal("crosswalk", "list", "--table", "nothing").err
