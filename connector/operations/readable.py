"""Pages that a person reads, prints and keeps: one file of HTML with its style in it, no script, nothing fetched."""

from __future__ import annotations

import datetime as dt
from html import escape
from typing import TYPE_CHECKING

from connector.domain.harmless import harmless

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_STYLE = """
:root { color-scheme: light; }
body { font: 14px/1.45 system-ui, sans-serif; color: #1b1f24; background: #fff; margin: 2rem auto; max-width: 64rem;
       padding: 0 1rem; }
h1 { font-size: 1.5rem; margin: 0 0 .5rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; break-after: avoid; }
p { margin: .4rem 0; } .verdict { padding: .6rem .8rem; border-left: 4px solid #1a7f37; background: #eef7f0; }
.verdict.bad { border-color: #b42318; background: #fdf0ee; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0; }
th, td { text-align: left; vertical-align: top; padding: .3rem .5rem; border-bottom: 1px solid #d5d9de;
         overflow-wrap: anywhere; }
thead { display: table-header-group; } thead th { border-bottom: 2px solid #8a929b; white-space: nowrap; }
tr { break-inside: avoid; } .facts th { width: 12rem; font-weight: 600; }
td.whole { white-space: nowrap; } td.code { font: 11px/1.4 ui-monospace, monospace; }
.wide { overflow-x: auto; } ol { padding-left: 1.4rem; } footer { margin-top: 2rem; color: #59636e; }
@media print { body { margin: 0; max-width: none; font-size: 9.5pt; } .wide { overflow: visible; }
               td.code { font-size: 7pt; } }
"""
_WHOLE = frozenset({"at", "by", "made at", "what"})
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
{body}
</body>
</html>
"""


def page(title: str, parts: Iterable[str]) -> str:
    """A whole page of parts that were made here."""
    return _PAGE.format(title=shown(title), style=_STYLE, body="\n".join([f"<h1>{shown(title)}</h1>", *parts]))


def shown(value: object) -> str:
    """A value as the page shows it: nothing that is taken for HTML, and no sign that hides another one, as in lists."""
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return f"{value.astimezone(dt.UTC):%Y-%m-%d %H:%M:%S} UTC"
    return escape(harmless(str(value), keep="\n"))


def heading(text: str) -> str:
    """What the part below is about."""
    return f"<h2>{shown(text)}</h2>"


def sentence(text: str) -> str:
    """A paragraph; none for no words."""
    return f"<p>{shown(text)}</p>" if text else ""


def verdict(text: str, *, good: bool) -> str:
    """The one sentence that the page is for."""
    return f'<p class="verdict{"" if good else " bad"}">{shown(text)}</p>'


def facts(pairs: Mapping[str, object]) -> str:
    """Names and values; those without a value are left out."""
    rows = "".join(
        f'<tr><th scope="row">{shown(name)}</th><td>{shown(value)}</td></tr>'
        for name, value in pairs.items()
        if value not in {None, ""}
    )
    return f'<table class="facts"><tbody>{rows}</tbody></table>'


def table(headings: Sequence[str], rows: Iterable[Sequence[object]], *, nothing: str, code: Sequence[str] = ()) -> str:
    """A table, or the sentence for none; columns named in ``code`` hold hashes, moments and names stay on one line."""
    body = "".join(f"<tr>{_cells(headings, row, code)}</tr>" for row in rows)
    if not body:
        return sentence(nothing)
    head = "".join(f'<th scope="col">{shown(name)}</th>' for name in headings)
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _cells(headings: Sequence[str], row: Sequence[object], code: Sequence[str]) -> str:
    return "".join(f"<td{_class(name, code)}>{shown(value)}</td>" for name, value in zip(headings, row, strict=True))


def _class(name: str, code: Sequence[str]) -> str:
    return " class=code" if name in code else " class=whole" if name in _WHOLE else ""


def numbered(sentences: Iterable[str]) -> str:
    """Steps in their order."""
    return f"<ol>{''.join(f'<li>{shown(one)}</li>' for one in sentences)}</ol>"


def footer(text: str) -> str:
    """Who made it, and when."""
    return f"<footer>{shown(text)}</footer>"
