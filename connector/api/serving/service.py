"""Takes requests to the functions that answer them: each route says who may, and all are guarded the same way."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import Match

from connector.api.serving import bodies, documenting, problems, repeating, texts
from connector.api.serving.headers import HEADERS
from connector.domain.role import Role

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping

    from starlette.responses import Response
    from starlette.types import Message

    from connector.api.serving.callers import Callers

    Answering = Callable[[Request], Coroutine[Any, Any, Response]]

_READING = frozenset({"GET"})


@dataclass(frozen=True, kw_only=True)
class Duty:
    """Who may do what where."""

    method: str
    path: str
    #: the least that they must be
    role: Role


class Service:
    """The API as one application, below ``/api``."""

    def __init__(self, callers: Callers) -> None:
        self.duties: list[Duty] = []
        self.app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
        self._callers = callers
        self.app.router.route_class = _guarded(self)
        self.app.add_exception_handler(HTTPException, self._elsewhere)
        self.app.add_exception_handler(Exception, _failed)
        self._described: bytes | None = None
        self.app.add_route("/openapi.json", self._describe, methods=["GET"], include_in_schema=False)

    def reads(self, path: str, *, role: Role = Role.VIEWER, **more: Any) -> Callable[..., Any]:  # noqa: ANN401 - FastAPI's own
        """Have this function answer whoever looks."""
        return self._route("GET", path, role, more)

    def changes(self, method: str, path: str, *, role: Role, **more: Any) -> Callable[..., Any]:  # noqa: ANN401 - likewise
        """Have this function do what is asked for."""
        return self._route(method, path, role, more)

    def _route(self, method: str, path: str, role: Role, more: Mapping[str, Any]) -> Callable[..., Any]:
        self.duties.append(Duty(method=method, path=f"/api/v1{path}", role=role))
        return self.app.api_route(f"/v1{path}", methods=[method], openapi_extra={documenting.ROLE: role.value}, **more)

    async def serve(self, route: APIRoute, answer: Answering, request: Request) -> Response:
        """Answer one request; whatever goes wrong is a problem of one sentence."""
        try:
            response = await self._served(route, answer, request)
        except Exception as error:
            response = problems.of(error, request.headers.get("user-agent", "")).response()
        response.headers.update(HEADERS)
        return response

    async def _served(self, route: APIRoute, answer: Answering, request: Request) -> Response:
        least = Role((route.openapi_extra or {})[documenting.ROLE])
        request.state.caller = await run_in_threadpool(self._callers.admit, request, least)
        if not route.dependant.query_params and request.query_params:
            unknown = ", ".join(sorted(request.query_params))[:100]
            sentence = f"This address takes nothing behind its question mark, and there is {unknown}."
            raise problems.Problem(HTTPStatus.UNPROCESSABLE_ENTITY, sentence, kind="invalid-request")
        texts.check([*request.path_params.values(), *request.query_params.values()])
        if request.method in _READING:
            return await answer(Request(request.scope, _once(b"")))
        async with bodies.reading(request) as body:

            async def answered() -> Response:
                try:
                    return await answer(Request(request.scope, _once(body)))
                except Exception as error:
                    return problems.of(error, request.headers.get("user-agent", "")).response()

            return await repeating.once(request, body, answered)

    async def _elsewhere(self, request: Request, error: Exception) -> Response:
        problem = problems.of(error)
        if problem.status is HTTPStatus.METHOD_NOT_ALLOWED:
            problem.headers["Allow"] = ", ".join(sorted(self._methods(request)))
        return problem.response()

    def _methods(self, request: Request) -> set[str]:
        found = (route for route in self.app.routes if route.matches(request.scope)[0] is not Match.NONE)
        return {method for route in found for method in getattr(route, "methods", None) or ()}

    async def _describe(self, _: Request) -> Response:
        if self._described is None:
            self._described = documenting.described(self.app)
        return documenting.response(self._described)


def _guarded(service: Service) -> type[APIRoute]:
    class Guarded(APIRoute):
        """A route of the API."""

        def get_route_handler(self) -> Answering:
            answer = super().get_route_handler()

            async def handler(request: Request) -> Response:
                return await service.serve(self, answer, request)

            return handler

    return Guarded


def _once(body: bytes) -> Callable[[], Coroutine[Any, Any, Message]]:
    """What arrives of a request whose body has been read."""

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def _failed(_: Request, error: Exception) -> Response:
    return problems.of(error).response()
