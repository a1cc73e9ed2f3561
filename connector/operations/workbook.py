"""Tables as workbooks (XLSX): amounts and dates are what a spreadsheet adds up and sorts, and no text is a formula."""

from __future__ import annotations

import datetime as dt
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connector.domain.harmless import harmless
from connector.domain.length import cut

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: rows that a sheet holds, its headings among them
MOST_ROWS = 1_048_576
#: characters that a cell holds, with room for the words of a text that is cut
_LONGEST = 32_700
#: digits that a number of a spreadsheet has; an amount with more of them stays text
_DIGITS = 15
_SENT = 64 * 1024
#: Text stays text when somebody edits its cell, whatever it begins with.
_FORMATS = {
    "text": {"num_format": "@"},
    "heading": {"num_format": "@", "bold": True, "bottom": 1},
    "amount": {"num_format": "#,##0.00######"},
    "date": {"num_format": "yyyy-mm-dd"},
    "moment": {"num_format": "yyyy-mm-dd hh:mm:ss"},
}


def parts(headings: Sequence[str], rows: Iterable[Sequence[object]], *, widths: Sequence[int] = ()) -> Iterator[bytes]:
    """The file, piece by piece; rows go to the disk as they come. ``widths`` are those of the columns, in characters.

    What a sheet cannot hold is left out, and its last row says so.
    """
    with tempfile.TemporaryDirectory(prefix="mlc-") as directory:
        file = Path(directory) / "table.xlsx"
        _write(file, headings, rows, widths)
        with file.open("rb") as written:
            while piece := written.read(_SENT):
                yield piece


def _write(file: Path, headings: Sequence[str], rows: Iterable[Sequence[object]], widths: Sequence[int]) -> None:
    import xlsxwriter  # noqa: PLC0415 - only whoever takes a workbook away waits for it

    book = xlsxwriter.Workbook(file, {"constant_memory": True, "tmpdir": str(file.parent)})
    formats = {name: book.add_format(how) for name, how in _FORMATS.items()}
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 0)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    for column, heading in enumerate(headings):
        sheet.write_string(0, column, heading, formats["heading"])
    for number, row in enumerate(rows, start=1):
        if number == MOST_ROWS - 1:
            sheet.write_string(number, 0, "There are more than a sheet holds: take them away as CSV.", formats["text"])
            break
        for column, value in enumerate(row):
            _cell(sheet, formats, (number, column), value)
    book.close()


def _cell(sheet: Any, formats: dict[str, Any], place: tuple[int, int], value: object) -> None:  # noqa: ANN401 - untyped
    if value is None or value == "":
        return
    if isinstance(value, Decimal) and len(value.as_tuple().digits) <= _DIGITS:
        sheet.write_number(*place, value, formats["amount"])
    elif isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**_DIGITS:
        sheet.write_number(*place, value)
    elif isinstance(value, dt.datetime):
        sheet.write_datetime(*place, value.astimezone(dt.UTC).replace(tzinfo=None), formats["moment"])
    elif isinstance(value, dt.date) and value.year >= 1900:  # noqa: PLR2004 - where a spreadsheet's calendar begins
        sheet.write_datetime(*place, value, formats["date"])
    else:
        text = f"{value:f}" if isinstance(value, Decimal) else str(value)
        sheet.write_string(*place, cut(harmless(text), _LONGEST), formats["text"])
