"""`on_http`: from FC's HTTP event to an answer. Authenticates, then finds the route; every fault has its answer.

Each request that changes something, each that is refused and each that fails has a line in the log.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec.structs import replace

from ...decisions.http.authentication import authorize, caller_of, digest_to_look_up, known_caller
from ...decisions.http.messages import read_request, struct
from ...decisions.http.routes import Route, find
from ...decisions.http.statuses import fault_answer
from ...errors import AskerFault, ImageExportError, LedgerFault, OurFault
from ...values.access import AccessToken, Caller
from ...values.cause import Cause
from ...values.http import HttpAnswer, HttpRequest
from ...values.settings import Settings
from ..ports import Log

if TYPE_CHECKING:
    from ..context import Context
    from ..ledger.ledger import Ledger
    from ..restore.ports import Importing

Versions = Callable[[], dict[str, str]]
MakeContext = Callable[[bool], "Context"]
"""The collaborators; with True, OurFault is raised where the policy cannot be read."""
REFUSED = (401, 403)


class Outside(NamedTuple):
    """What is made only for those requests that need it, and the log."""

    context: MakeContext
    ledger: Callable[[], "Ledger"]
    versions: Versions
    log: Log
    importing: Callable[[], "Importing"]


class HttpApp:
    """The routes over an outside."""

    def __init__(self, outside: Outside, settings: Settings, region_id: str) -> None:
        self._outside = outside
        self._settings = settings
        self._region_id = region_id

    def respond(self, event: bytes, request_id: str) -> dict[str, Any]:
        """FC's struct. Never raises what is the asker's or the cloud's fault."""
        try:
            request = read_request(event, request_id)
        except ImageExportError as fault:
            return struct(fault_answer(fault, request_id), request_id)
        caller = Caller(address=request.address)
        try:
            caller = self._caller(request)
            answer = self._routed(request, caller)
        except ImageExportError as fault:
            answer = fault_answer(fault, request_id)
            if answer.status >= 500:
                said = {"code": fault.code, "error": fault.cause.message, "cloud_request_id": fault.cause.request_id}
                self._outside.log.error("http.failed", **said)
        self._tell(request, caller, answer)
        return struct(answer, request_id)

    def _caller(self, request: HttpRequest) -> Caller:
        """Who asks. Raises AskerFault 401, and OurFault where the ledger does not say it: nobody gets in then."""
        known, digest = known_caller(self._settings, request), digest_to_look_up(request)
        if known or digest is None:
            return known or caller_of(None, request)
        from ...values.ledger_keys import Access  # here: who has a token of the environment need not wait for it

        ledger = self._outside.ledger()
        try:
            found = ledger.read(Access(digest).key, AccessToken)
        except LedgerFault as fault:
            message = f"It cannot be looked up who asks: {fault.cause.message.replace(digest, '…')}"
            raise OurFault(replace(fault.cause, message=message)) from None  # nobody is told the hash
        return caller_of(found.fact if found else None, request, ledger.now)

    def _tell(self, request: HttpRequest, caller: Caller, answer: HttpAnswer) -> None:
        """Who has asked for a change, and who was refused."""
        route = find(request.path).routes.get(request.method)
        said: dict[str, Any] = {"name": caller.name, "address": caller.address, "status": answer.status}
        said |= {"method": request.method[:20], "path": request.path[:200]}
        if answer.status in REFUSED:
            self._outside.log.warning("http.refused", **said)
        elif route and route.changes:
            self._outside.log.info("http.asked", **said)

    def _routed(self, request: HttpRequest, caller: Caller) -> HttpAnswer:
        routes, values = find(request.path)
        if not routes:
            raise AskerFault(Cause(code="NotFound", message=f"There is nothing at {request.path[:200]}."), status=404)
        route = routes.get(request.method)
        if route:
            authorize(caller, route.scope)
        if values:
            from ...decisions.http.not_found import check_ids

            check_ids(values)
        if route is None:
            return _not_allowed(request, sorted(routes))
        if (request.query and not _is_live(route, request)) or request.body:
            from ...decisions.http.unread import refuse_unread  # here: a health check does not wait for it

            refuse_unread(route, request)
        return self._answered(route, request, caller, next(iter(values.values()), ""))

    def _answered(self, route: Route, request: HttpRequest, caller: Caller, named: str) -> HttpAnswer:
        if route.operation == "getHealth":
            return self._health(route, request)
        if route.operation == "getOpenapi":
            return _document()
        if route.operation.endswith(("Restore", "Restores")):
            return self._of_restores(route, request, caller, named)
        if route.operation.endswith(("Drill", "Drills")):
            return self._of_drills(route, request, named)
        from . import (  # with it comes all that exports take, which a health check need not wait for
            exports_api,
            list_exports,
        )

        context = self._outside.context(route.policy)
        work: dict[str, Callable[[], HttpAnswer]] = {
            "postExport": lambda: exports_api.post_export(context, request, self._region_id, caller),
            "listExports": lambda: list_exports.list_exports(context, request),
            "getExport": lambda: exports_api.get_export(context, named),
            "cancelExport": lambda: exports_api.cancel_export(context, request, named, caller),
        }
        return work[route.operation]()

    def _of_restores(self, route: Route, request: HttpRequest, caller: Caller, restore: str) -> HttpAnswer:
        from . import list_restores, restores_api  # what asks for exports need not wait for it

        context, importing = self._outside.context(route.policy), self._outside.importing
        work: dict[str, Callable[[], HttpAnswer]] = {
            "postRestore": lambda: restores_api.post_restore(context, importing, request, caller),
            "listRestores": lambda: list_restores.list_restores(context, request),
            "getRestore": lambda: restores_api.get_restore(context, importing, restore),
            "cancelRestore": lambda: restores_api.cancel_restore(context, importing, request, restore, caller),
        }
        return work[route.operation]()

    def _of_drills(self, route: Route, request: HttpRequest, drill: str) -> HttpAnswer:
        from . import drills_api

        context = self._outside.context(route.policy)
        listed = route.operation == "listDrills"
        return drills_api.list_drills(context, request) if listed else drills_api.get_drill(context, drill)

    def _health(self, route: Route, request: HttpRequest) -> HttpAnswer:
        """Who asks only whether somebody answers waits for no ledger, and for no import of what reads it."""
        if not _is_live(route, request):
            from ...decisions.http.health_query import asks_live
            from .health import health

            if not asks_live(request):
                outside = self._outside
                return health(outside.ledger(), outside.versions(), lambda: outside.context(True))
        return HttpAnswer(status=200, value={"Status": "ok", "Versions": self._outside.versions()})


def _is_live(route: Route, request: HttpRequest) -> bool:
    """Whether it is the health check that reads nothing, as probes ask for it."""
    return route.operation == "getHealth" and request.query == {"Live": "true"}


def _not_allowed(request: HttpRequest, methods: list[str]) -> HttpAnswer:
    allowed = ", ".join(methods)
    message = f"{request.method[:20]} is not possible here, but {allowed}."
    fault = AskerFault(Cause(code="MethodNotAllowed", message=message), status=405)
    return HttpAnswer(status=405, value=fault_answer(fault, request.request_id).value, headers={"allow": allowed})


def _document() -> HttpAnswer:
    from ...decisions.http.openapi import openapi

    return HttpAnswer(status=200, value=openapi())
