"""The pages of Quick Connect: one sentence, what SAP says about the company, and what happens next.

Everything that comes from elsewhere is escaped; a page loads nothing, runs nothing and leads nowhere.
"""

from __future__ import annotations

import base64
import hashlib
import html
from string import Template
from typing import TYPE_CHECKING

from fastapi import Response

from connector.domain.harmless import harmless

if TYPE_CHECKING:
    from collections.abc import Iterable
    from http import HTTPStatus

    from connector.inbound.companies import Landed

_STYLE = """
:root{color-scheme:light dark;--ground:#f4f5f7;--card:#fff;--ink:#1d2430;--quiet:#5b6575;--line:#dfe3e9;--mark:#1f7a4d}
.waiting{--mark:#94620a}.failed{--mark:#b3261e}
@media (prefers-color-scheme:dark){
:root{--ground:#14171c;--card:#1d2128;--ink:#e8ebf0;--quiet:#a2abb9;--line:#333a45;--mark:#5cc28f}
.waiting{--mark:#e0ad4b}.failed{--mark:#f2867f}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1.5rem;background:var(--ground);color:var(--ink);
font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif}
main{width:100%;max-width:40rem;background:var(--card);border:1px solid var(--line);border-top:4px solid var(--mark);
border-radius:.6rem;padding:2rem}
.state{margin:0;color:var(--mark);font-weight:600}
h1{margin:.2rem 0 .8rem;font-size:1.5rem;line-height:1.3;overflow-wrap:anywhere}
p{margin:0 0 1rem}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.45rem 1.5rem;margin:1.5rem 0;padding:1.2rem 0;
border:solid var(--line);border-width:1px 0}
dt{color:var(--quiet)}dd{margin:0;overflow-wrap:anywhere}
code{display:block;margin:.5rem 0 0;padding:.7rem .9rem;border:1px solid var(--line);border-radius:.4rem;
background:var(--ground);font:.9rem/1.5 ui-monospace,Menlo,Consolas,monospace;overflow-wrap:anywhere}
footer{margin-top:1.5rem;color:var(--quiet);font-size:.9rem}
@media (max-width:30rem){main{padding:1.3rem}dl{grid-template-columns:1fr;gap:.1rem}dd{margin-bottom:.6rem}}
"""
_ALLOWED = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
#: nobody keeps a page or its address, and nobody shows it inside a page of his own
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_ALLOWED}'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_PAGE = Template("""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title - ml-connector</title>
<style>$style</style>
</head>
<body>
<main class="$look">
<p class="state">$state</p>
<h1>$title</h1>
$content
<footer>ml-connector and $system</footer>
</main>
</body>
</html>
""")
#: what a profile's facts are called
_CALLED = {
    "domain": "Domain",
    "country": "Country",
    "edition": "Edition of Expense",
    "language": "Language",
    "why": "Profile",
}


def escape(text: str) -> str:
    """Text as a page shows it, whoever wrote it."""
    return html.escape(harmless(text))


def failure(system: str, sentence: str, status: HTTPStatus) -> Response:
    """Say what failed; ``system`` is its title."""
    content = [f"<p>{escape(sentence)}</p>"]
    return _page("failed", "Not connected", f"{system} is not connected", content, system=system, status=status)


def landed(system: str, found: Landed) -> Response:
    """Show a connection that has just been made or renewed."""
    facts = {_CALLED[name]: value for name, value in found.profile.items() if name in _CALLED}
    facts |= {"Company id": found.company, "Connection": found.connection}
    if found.lapses_at is not None:
        facts["Good until"] = f"{found.lapses_at:%d %B %Y}, and renewed whenever it is used"
    title = found.profile.get("name") or "Your company"
    if found.offered:
        look, state = "waiting", "Connected, and waiting to be accepted"
        sentence = (
            f"{system} has connected this company. Nothing is read or written before the operator of ml-connector "
            "accepts it:"
        )
        command = f"ml-connector connection accept {found.connection} --name NAME"
    else:
        look, state = "done", "Connected again" if found.again else "Connected"
        sentence = "What had waited for this connection goes on by itself. To see that everything is reachable:"
        command = f"ml-connector connection ping {found.connection}"
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in facts.items())
    content = [f"<dl>{rows}</dl>", f"<p>{escape(sentence)}<code>{escape(command)}</code></p>"]
    return _page(look, state, title, content, system=system)


def _page(look: str, state: str, title: str, content: Iterable[str], *, system: str, status: int = 200) -> Response:
    page = _PAGE.substitute(
        system=escape(system),
        look=look,
        state=escape(state),
        title=escape(title),
        content="\n".join(content),
        style=_STYLE,
    )
    return Response(page, status_code=status, media_type="text/html", headers=HEADERS)
