"""Fields of a document by their paths."""

from __future__ import annotations

import pytest

from connector.domain.leaves import Difference, differences, leaves, pattern, replaced

DOCUMENT = {"a": 1, "b.c": "x", "lines": [{"n": "1", "codes": []}, {"n": "2"}], "empty": {}}


def test_every_field_has_a_path_and_positions_count_from_1() -> None:
    assert leaves(DOCUMENT) == {
        "a": 1, "b.c": "x", "lines.1.n": "1", "lines.1.codes": [], "lines.2.n": "2", "empty": {},
    }  # fmt: skip
    assert leaves({}) == {}
    assert pattern("lines.2.n") == "lines.*.n"


@pytest.mark.parametrize("path", leaves(DOCUMENT))
def test_a_field_is_replaced_in_a_copy(path: str) -> None:
    changed = replaced(DOCUMENT, path, "new")

    assert differences(DOCUMENT, changed) == [Difference(path=path, before=leaves(DOCUMENT)[path], after="new")]


@pytest.mark.parametrize("path", ["lines.0.n", "lines.3.n", "lines.x", "a.b"])
def test_what_no_document_holds_is_not_replaced(path: str) -> None:
    with pytest.raises(KeyError):
        replaced(DOCUMENT, path, "new")


def test_what_only_one_of_them_has_differs() -> None:
    assert differences({"a": "1"}, {"b": "2"}) == [
        Difference(path="a", before="1", after=None),
        Difference(path="b", before=None, after="2"),
    ]
