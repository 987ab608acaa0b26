"""`on_http`: from FC's HTTP event to an answer. Authenticates, then finds the route; every fault has its answer."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ...decisions.http.authentication import authenticate
from ...decisions.http.messages import read_request, struct
from ...decisions.http.routes import Route, find
from ...decisions.http.statuses import fault_answer
from ...errors import AskerFault, ImageExportError
from ...values.cause import Cause
from ...values.forms import EXPORT_ID
from ...values.http import HttpAnswer, HttpRequest
from ...values.settings import Settings

if TYPE_CHECKING:
    from ..context import Context

Versions = Callable[[], dict[str, str]]
MakeContext = Callable[[bool], "Context"]
"""The collaborators; with True, OurFault is raised where the policy cannot be read."""


class HttpApp:
    """The routes over an outside that is made only for those that need it."""

    def __init__(self, context: MakeContext, settings: Settings, region_id: str, versions: Versions) -> None:
        self._context = context
        self._settings = settings
        self._region_id = region_id
        self._versions = versions

    def respond(self, event: bytes, request_id: str) -> dict[str, Any]:
        """FC's struct. Never raises what is the asker's or the cloud's fault."""
        try:
            request = read_request(event, request_id)
            authenticate(self._settings, request)
            answer = self._routed(request)
        except ImageExportError as fault:
            answer = fault_answer(fault, request_id)
        return struct(answer, request_id)

    def _routed(self, request: HttpRequest) -> HttpAnswer:
        routes, values = find(request.path)
        if not routes:
            raise AskerFault(Cause(code="NotFound", message=f"There is nothing at {request.path[:200]}."), status=404)
        export = values.get("ExportId", "")
        if values and not re.fullmatch(EXPORT_ID, export):
            from .exports_api import not_found

            raise not_found(export)
        route = routes.get(request.method)
        if route is None:
            return _not_allowed(request, sorted(routes))
        if request.query or request.body:
            from ...decisions.http.unread import refuse_unread  # here: a health check does not wait for it

            refuse_unread(route, request)
        return self._answered(route, request, export)

    def _answered(self, route: Route, request: HttpRequest, export: str) -> HttpAnswer:
        if route.operation == "getHealth":
            return HttpAnswer(status=200, value={"Status": "ok", "Versions": self._versions()})
        if route.operation == "getOpenapi":
            return _document()
        from . import (  # with it comes all that exports take, which a health check need not wait for
            exports_api,
            list_exports,
        )

        context = self._context(route.policy)
        work: dict[str, Callable[[], HttpAnswer]] = {
            "postExport": lambda: exports_api.post_export(context, request, self._region_id),
            "listExports": lambda: list_exports.list_exports(context, request),
            "getExport": lambda: exports_api.get_export(context, export),
            "cancelExport": lambda: exports_api.cancel_export(context, request, export),
        }
        return work[route.operation]()


def _not_allowed(request: HttpRequest, methods: list[str]) -> HttpAnswer:
    allowed = ", ".join(methods)
    message = f"{request.method[:20]} is not possible here, but {allowed}."
    fault = AskerFault(Cause(code="MethodNotAllowed", message=message), status=405)
    return HttpAnswer(status=405, value=fault_answer(fault, request.request_id).value, headers={"allow": allowed})


def _document() -> HttpAnswer:
    from ...decisions.http.openapi import openapi

    return HttpAnswer(status=200, value=openapi())
