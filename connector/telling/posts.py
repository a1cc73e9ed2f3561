"""Messages over HTTP: our own JSON with a signature, and what Slack and Teams take."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from connector.domain.errors import ConnectorError, Unavailable
from connector.http.proxies import proxies
from connector.http.redact import without
from connector.http.request import Request, quoted
from connector.http.session import Http
from connector.telling.channels import signing_key

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from connector.domain.outbound import Outbound
    from connector.telling.channels import Post
    from connector.telling.wording import Message

_TIMEOUT_SECONDS = 10.0
_MOST_BYTES = 100_000
_JSON = "application/json"


def send(
    message: Message,
    kind: str,
    post: Post,
    secrets: Mapping[str, str],
    *,
    name: str,
    at: dt.datetime,
    outbound: Outbound,
    allow_private: bool = False,
) -> None:
    """Post a message; raises ConnectorError, whose sentence says what to do and does not hold the address."""
    url = secrets["url"]
    body = json.dumps(_BODIES[kind](message), ensure_ascii=False, separators=(",", ":")).encode()
    headers = {"Content-Type": _JSON}
    if kind == "webhook":
        headers |= signed(body, signing_key(secrets["signing_key"]), identifier=str(message.id), at=at)
    hidden = _parts(url)
    try:
        http = Http(
            name=name,
            base_url=url.partition("?")[0].partition("#")[0],
            allow_private=allow_private or post.allow_private_addresses,
            allow_plain=allow_private or post.allow_plain_http,
            timeout=_TIMEOUT_SECONDS,
            most_bytes=_MOST_BYTES,
            ca_file=post.ca_file or outbound.ca_file or None,
            proxy_of=proxies(post.proxy, outbound.proxy, name=name),
        )
        try:
            answer = http.send(
                Request(
                    method="POST",
                    url=url,
                    content=body,
                    headers=headers,
                    writes=True,
                    secrets=hidden,
                    hides_path=True,
                )
            )
        finally:
            http.close()
    except ConnectorError as error:
        raise type(error)(without(error.message, hidden)) from None
    if not answer.ok:
        raise Unavailable(
            f"{answer.where} answered {answer.status}{quoted(answer.said)}; check the address of this channel."
        )


def signed(body: bytes, key: bytes, *, identifier: str, at: dt.datetime) -> dict[str, str]:
    """Headers that prove who sent this and when, as https://www.standardwebhooks.com describes them."""
    moment = str(int(at.timestamp()))
    digest = hmac.digest(key, f"{identifier}.{moment}.".encode() + body, hashlib.sha256)
    return {
        "webhook-id": identifier,
        "webhook-timestamp": moment,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


def _parts(url: str) -> tuple[str, ...]:
    """What of the address no sentence may repeat."""
    found = urlsplit(url)
    return tuple(part for part in (url, found.path.strip("/"), found.query, *found.path.split("/")) if part)


def _webhook(message: Message) -> dict[str, Any]:
    return message.data


def _slack(message: Message) -> dict[str, Any]:
    """Text alone: what calls itself compatible takes it as well. No sign in it makes a link or a mention."""
    lines = [f"*{_escaped(message.heading)}*", ""] if message.heading else []
    for part in message.parts:
        lines += [f"*{_escaped(part.title)}*", *map(_escaped, part.facts)]
        lines += [f"<{part.link}|Open the console>", ""] if part.link else [""]
    return {"text": "\n".join([*lines, _escaped(message.rest)]).strip()}


def _escaped(text: str) -> str:
    plain = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return plain.replace("](", "] (").replace("@", "(at)")


def _teams(message: Message) -> dict[str, Any]:
    """An Adaptive Card, as the workflow "when a Teams webhook request is received" takes it; runs read no Markdown."""
    body: list[dict[str, Any]] = []
    body += [_run(message.heading, weight="Bolder", size="Large")] if message.heading else []
    links = dict.fromkeys(part.link for part in message.parts if part.link)
    for part in message.parts:
        body.append({**_run(part.title, weight="Bolder"), "separator": True})
        body += [_run(fact) for fact in part.facts]
    body += [_run(message.rest)] if message.rest else []
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "msteams": {"width": "Full"},
        "body": body,
        "actions": [
            {"type": "Action.OpenUrl", "title": f"Open {urlsplit(link).path or 'the console'}", "url": link}
            for link in list(links)[:5]
        ],
    }
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attachment]}


def _run(text: str, **style: str) -> dict[str, Any]:
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text, **style}]}


_BODIES = {"webhook": _webhook, "slack": _slack, "teams": _teams}
