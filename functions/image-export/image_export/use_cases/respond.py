"""`on_http`: from FC's HTTP event to an answer. Authenticates, then finds the route; every fault has its answer."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..decisions.http.authentication import authenticate
from ..decisions.http.messages import read_request, struct
from ..decisions.http.statuses import fault_answer
from ..errors import AskerFault, ImageExportError
from ..values.cause import Cause
from ..values.forms import EXPORT_ID
from ..values.http import HttpAnswer, HttpRequest
from ..values.settings import Settings

if TYPE_CHECKING:
    from .outside import Outside

Versions = Callable[[], dict[str, str]]


class Site:
    """The routes over an outside that is made only for those that need it."""

    def __init__(
        self, outside: "Callable[[], Outside]", settings: Settings, region_id: str, versions: Versions
    ) -> None:
        self._outside = outside
        self._settings = settings
        self._region_id = region_id
        self._versions = versions

    def respond(self, event: bytes, request_id: str) -> dict[str, Any]:
        """FC's struct. Never raises what is the asker's or the cloud's fault."""
        try:
            request = read_request(event, request_id)
            authenticate(self._settings, request)
            answer = self._route(request)
        except ImageExportError as fault:
            answer = fault_answer(fault, request_id)
        return struct(answer, request_id)

    def _route(self, request: HttpRequest) -> HttpAnswer:
        methods = self._methods(request)
        if not methods:
            raise AskerFault(Cause(code="NotFound", message=f"There is nothing at {request.path[:200]}."), status=404)
        work = methods.get(request.method)
        if work is None:
            allowed = ", ".join(sorted(methods))
            cause = Cause(
                code="MethodNotAllowed", message=f"{request.method[:20]} is not possible here, but {allowed}."
            )
            answer = fault_answer(AskerFault(cause, status=405), request.request_id)
            return HttpAnswer(status=405, value=answer.value, headers={"allow": allowed})
        return work()

    def _methods(self, request: HttpRequest) -> dict[str, Callable[[], HttpAnswer]]:
        if request.path == "/healthz":
            return {"GET": lambda: HttpAnswer(status=200, value={"Status": "ok", "Versions": self._versions()})}
        if request.path == "/openapi.json":
            return {"GET": _document}
        return self._exports(request)

    def _exports(self, request: HttpRequest) -> dict[str, Callable[[], HttpAnswer]]:
        from . import exports_api  # with it comes all that exports take, which a health check need not wait for

        if request.path == "/exports":
            return {
                "POST": lambda: exports_api.post_export(self._outside(), request, self._region_id),
                "GET": lambda: exports_api.list_exports(self._outside(), request),
            }
        if not request.path.startswith("/exports/") or request.path.count("/") != 2:
            return {}
        export = request.path.removeprefix("/exports/")
        if not re.fullmatch(EXPORT_ID, export):
            raise exports_api.not_found(export)
        return {
            "GET": lambda: exports_api.get_export(self._outside(), export),
            "DELETE": lambda: exports_api.cancel_export(self._outside(), request, export),
        }


def _document() -> HttpAnswer:
    from ..decisions.http.openapi import openapi

    return HttpAnswer(status=200, value=openapi())
