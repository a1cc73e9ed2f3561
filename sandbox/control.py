"""The control API under ``/_sandbox``: what a simulator holds, what it was sent, and what should go wrong next."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from sandbox.faults import parse_rules
from sandbox.simulator import SandboxMistakeError

if TYPE_CHECKING:
    from starlette.requests import Request

    from sandbox.faults import Faults
    from sandbox.simulator import Simulator

Handler = Callable[["Request"], Awaitable[Response]]


def control(simulator: Simulator, faults: Faults, requests: Callable[[], int]) -> Mount:
    """Build the control routes around one simulator; ``requests`` counts what reached the system itself.

    ``GET state`` takes ``?only=documents,counts`` because the whole state of a large sandbox is tens of megabytes.
    """

    async def state(request: Request) -> Response:
        whole = {
            "system": simulator.system,
            **simulator.state(),
            "faults": dict(faults.injected),
            "requests": requests(),
        }
        only = [part for part in request.query_params.get("only", "").split(",") if part]
        if unknown := sorted(set(only) - set(whole)):
            raise SandboxMistakeError(f"The state has no part {', '.join(unknown)}; its parts are {', '.join(whole)}.")
        return JSONResponse({part: value() if callable(value := whole[part]) else value for part in only or whole})

    async def put_faults(request: Request) -> Response:
        faults.replace(parse_rules((await _body(request)).get("rules")))
        return JSONResponse({"rules": len(faults.rules)})

    async def drop_faults(_: Request) -> Response:
        faults.replace([])
        return JSONResponse({"rules": 0})

    async def documents(request: Request) -> Response:
        return JSONResponse(simulator.add_documents(await _body(request)))

    async def options(request: Request) -> Response:
        return JSONResponse(simulator.set_options(await _body(request)))

    return Mount(
        "/_sandbox",
        routes=[
            Route("/state", _sentences(state), methods=["GET"]),
            Route("/faults", _sentences(put_faults), methods=["POST"]),
            Route("/faults", _sentences(drop_faults), methods=["DELETE"]),
            Route("/documents", _sentences(documents), methods=["POST"]),
            Route("/options", _sentences(options), methods=["POST"]),
        ],
    )


def _sentences(handler: Handler) -> Handler:
    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except SandboxMistakeError as mistake:
            return JSONResponse({"error": str(mistake)}, status_code=400)

    return answer


async def _body(request: Request) -> Mapping[str, Any]:
    try:
        body = json.loads(await request.body())
    except ValueError:
        body = None
    if not isinstance(body, Mapping):
        raise SandboxMistakeError(f"{request.method} {request.url.path} takes a JSON object.")
    return body
