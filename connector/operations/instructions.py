"""What a sentence tells somebody to do, said for where it is read: a command, a button in the browser, an address.

Sentences name commands in backticks, whoever writes them and wherever they are kept. A browser shows the page or the
button that does the same, the API its address; what only a command does stays a command. Names in it are kept apart
from the words around: nothing outside of backticks is touched.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_QUOTED = re.compile(r"`(?:ml-connector )?(?P<verb>[a-z]+ [a-z-]+)(?P<rest>(?: [^`\n]*)?)`")
#: what stands behind a command that a page or an address does not take
_LEFT_OUT = re.compile(r" (?:--[a-z-]+(?: (?!--)\S+)?|[A-Z]{2,}|[0-9a-f]{8}-[0-9a-f-]{27})(?= |$)")
#: by the first words of a command: the page or button, and the address below /api/v1; empty where there is none
SAID: Mapping[str, tuple[str, str]] = {
    "alert channel": ("Settings, Alerts", "POST /alert-channels"),
    "audit show": ("Audit", "GET /audit/history"),
    "audit seals": ("Audit, Seals", "GET /audit/seals"),
    "audit verify": ("Verify under Audit", "POST /audit/verifications"),
    "connection accept": ("Accept under Connections", "POST /connections/{name}/accept"),
    "connection connect": ("Quick Connect under Connections", "POST /connections/{name}/connect"),
    "connection list": ("Connections", "GET /connections"),
    "connection ping": ("Ping under Connections", "POST /connections/{name}/ping"),
    "connection remove": ("Remove under Connections", "DELETE /connections/{name}"),
    "connection resume": ("Resume under Connections", "POST /connections/{name}/resume"),
    "connection rotate": ("Change under Connections", "PUT /connections/{name}/credentials"),
    "connection show": ("Connections", "GET /connections/{name}"),
    "crosswalk choices": ("Ask for its codes under Codes", "POST /integrations/{name}/codes/choices"),
    "crosswalk import": ("Import under Codes", "POST /integrations/{name}/codes/import"),
    "crosswalk list": ("Codes", "GET /integrations/{name}/codes"),
    "crosswalk missing": ("Codes", "GET /integrations/{name}/codes/missing"),
    "crosswalk remove": ("Remove under Codes", "POST /integrations/{name}/codes/remove"),
    "crosswalk set": ("Set under Codes", "PUT /integrations/{name}/codes"),
    "dead discard": ("Discard on its page", "POST /dead-letters/{letter}/discard"),
    "dead list": ("Work", "GET /dead-letters"),
    "dead requeue": ("Requeue on its page", "POST /requeues"),
    "dead settle": ("It is there or not, on its page", "POST /dead-letters/{letter}/settle"),
    "dead show": ("its page", "GET /dead-letters/{letter}"),
    "flow enable": ("Switch on, on its page under Flows", "POST /flows/{integration}/{flow}/enable"),
    "flow reapply": ("Reapply on its page under Flows", "POST /flows/{integration}/{flow}/reapplications"),
    "flow show": ("its page under Flows", "GET /flows/{integration}/{flow}"),
    "integration remove": ("Remove under Flows", "POST /integrations/{name}/remove"),
    "message discard": ("Discard on its page under Messages", "POST /messages/{number}/discard"),
    "message list": ("Messages", "GET /messages"),
    "message restore": ("Restore on its page under Messages", "POST /messages/{number}/restore"),
    "message retry": ("Retry on its page under Messages", "POST /messages/{number}/retry"),
    "message show": ("its page under Messages", "GET /messages/{number}"),
    "operator reset": ("People under Settings", "POST /operators/{name}/reset"),
    "record correct": ("Correct a field on its page", "POST /records/{record}/corrections"),
    "record list": ("Documents", "GET /records"),
    "record replay": ("Replay on its page", "POST /records/{record}/replay"),
    "record show": ("its page under Documents", "GET /records/{record}"),
    "run list": ("its flow under Flows", "GET /runs"),
    "run show": ("its flow under Flows", "GET /runs/{run}"),
    "webhook remove": ("", "POST /connections/{name}/webhooks/remove"),
}


def in_browser(sentence: str) -> str:
    """The same sentence with the pages and buttons that do what it names."""
    return _QUOTED.sub(_on_a_page, sentence)


def in_api(sentence: str) -> str:
    """The same sentence with the addresses that do what it names."""
    return _QUOTED.sub(_at_an_address, sentence)


def _on_a_page(found: re.Match[str]) -> str:
    page, _ = SAID.get(found["verb"], ("", ""))
    about = _LEFT_OUT.sub("", found["rest"]).strip()
    return f"“{page}”{f' ({about})' if about else ''}" if page else found[0]


def _at_an_address(found: re.Match[str]) -> str:
    _, address = SAID.get(found["verb"], ("", ""))
    method, _, path = address.partition(" ")
    return f"`{method} /api/v1{path}`" if address else found[0]
