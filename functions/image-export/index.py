"""The handlers of Function Compute and the one place where everything is wired together. No decisions.

Nothing connects, reads the environment or configures logging at import; what stays warm stands in `_Instance`. What not
every answer needs is imported where it is used: a cold start pays for its own entrance alone.
"""

import gc
import os
import random
import sys
import time
from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from image_export import __version__
from image_export.decisions.http.messages import struct
from image_export.decisions.http.statuses import fault_answer
from image_export.decisions.settings_text import read_settings
from image_export.edges.aliyun.credentials import Credentials, base_credentials
from image_export.edges.aliyun.hosts import Addresses
from image_export.edges.retrying import Retrying
from image_export.edges.runtime import logs
from image_export.edges.runtime.redaction import Redaction
from image_export.edges.runtime.versions import versions
from image_export.errors import AskerFault, CloudFault, ImageExportError, OurFault
from image_export.use_cases.entrances.http import HttpApp, Outside
from image_export.use_cases.ports import Log
from image_export.values.cause import Cause
from image_export.values.place import Place
from image_export.values.settings import Settings

if TYPE_CHECKING:
    from image_export.edges.aliyun.clouds import AliyunClouds
    from image_export.edges.aliyun.oss import Oss
    from image_export.edges.aliyun.role_caller import Base
    from image_export.edges.notify.notifier import AliyunNotifier
    from image_export.use_cases.context import Context
    from image_export.use_cases.drill.ports import Drilling
    from image_export.use_cases.ledger.ledger import Ledger
    from image_export.use_cases.ports import Pinger
    from image_export.use_cases.restore.ports import Importing
    from image_export.values.policy import Policy


class _Instance:
    """What a warm instance keeps: settings, policy, connections, sessions. What an invocation brings is taken anew."""

    def __init__(self, fc_context: Any, settings: Settings) -> None:
        self._take(fc_context)
        self.settings = settings
        self._addresses = Addresses(settings.endpoint)
        self._left_alone: dict[str, datetime] = {}
        self._retrying = Retrying(self._remaining_s, sleep=time.sleep, random=random.random)
        self._home = Place(fc_context.account_id, fc_context.region)

    def _take(self, fc_context: Any) -> None:
        self._credentials = base_credentials(fc_context, os.environ)
        self._deadline_s = time.monotonic() + float(fc_context.function.timeout)

    def context(self, fc_context: Any, log: Log, *, watching: bool = False) -> "Context":
        """The collaborators of this invocation. `watching` goes on with a policy that cannot be read; else OurFault."""
        from image_export.use_cases.context import Context

        ledger = self.ledger(fc_context)
        policy, why = None, None
        try:
            policy = self._policy()
        except ImageExportError as fault:
            if not watching:
                raise
            advice = fault.cause.recommend
            log.error("policy.unreadable", code=fault.code, error=fault.cause.message, recommend=advice)
            why = fault.cause
        return Context(
            ledger, self._clouds, self._notifier, policy, log, self._remaining_s, why, None, self._left_alone
        )

    def ledger(self, fc_context: Any) -> "Ledger":
        """The ledger alone, for this invocation."""
        self._take(fc_context)
        self._ledger.begin()
        return self._ledger

    def _remaining_s(self) -> float:
        return self._deadline_s - time.monotonic()

    def _base(self) -> Credentials:
        return self._credentials

    @cached_property
    def _ledger(self) -> "Ledger":
        from image_export.edges.aliyun.oss_store import OssStore
        from image_export.use_cases.ledger.ledger import Ledger

        store = OssStore(self._oss, self.settings.ledger_bucket, self.settings.ledger_prefix, self._retrying)
        return Ledger(store, nonce=lambda: os.urandom(16).hex())

    @cached_property
    def _clouds(self) -> "AliyunClouds":
        from image_export.edges.aliyun.clouds import AliyunClouds

        return AliyunClouds(self._base, self._addresses, self._retrying)

    @cached_property
    def _notifier(self) -> "AliyunNotifier":
        from image_export.edges.notify.notifier import AliyunNotifier

        return AliyunNotifier(self._base, self._addresses, self._home, self._remaining_s, os.environ)

    @cached_property
    def pinger(self) -> "Pinger":
        """What calls the policy's heartbeat; the watcher alone does."""
        from image_export.edges.outward.client import Outward
        from image_export.edges.outward.heartbeat import Pings

        return Pings(Outward(self.settings.endpoint, self._remaining_s), os.environ)

    @cached_property
    def importing(self) -> "Importing":
        """What restores reach beyond a context; loaded by those alone who have one to look at."""
        from image_export.edges.aliyun.importing_clouds import AliyunImportingClouds
        from image_export.edges.notify.unpacker import FcUnpacker
        from image_export.use_cases.restore.ports import Importing

        unpacker = FcUnpacker(self._base, self._addresses, self._home, self._remaining_s)
        return Importing(AliyunImportingClouds(self._role_base), unpacker)

    @cached_property
    def drilling(self) -> "Drilling":
        """What drills reach beyond that."""
        from image_export.edges.aliyun.drilling_clouds import AliyunDrillingClouds
        from image_export.use_cases.drill.ports import Drilling

        return Drilling(self.importing, AliyunDrillingClouds(self._role_base), _warm[0].redaction.text)

    @property
    def _role_base(self) -> "Base":
        from image_export.edges.aliyun.role_caller import Base

        return Base(self._base, self._addresses, self._retrying)

    @cached_property
    def _oss(self) -> "Oss":
        from image_export.edges.aliyun.oss import Oss

        return Oss(self._home.region_id, self._base, self._addresses, self._remaining_s)

    def _policy(self) -> "Policy":
        """The file beside us, read once; one in OSS is looked at anew, since it may change under a warm instance.

        Raises OurFault PolicyInvalid, whatever the cloud calls it: the caller has the right that we lack.
        """
        if not self.settings.policy.startswith("oss://"):
            return self._shipped_policy
        from image_export.decisions.policy import unreadable
        from image_export.decisions.policy.file import read_policy

        bucket, key = unreadable.split(self.settings.policy)
        try:
            stored = self._retrying(lambda: self._oss.get(bucket, key))
        except CloudFault as fault:
            raise unreadable.not_read(self.settings.policy, fault) from fault
        if stored is None:
            raise unreadable.not_there(self.settings.policy)
        return read_policy(stored.body)

    @cached_property
    def _shipped_policy(self) -> "Policy":
        from image_export.decisions.policy.file import read_policy

        try:
            text = Path(__file__).with_name(self.settings.policy).read_bytes()
        except OSError as cause:
            message = f"IMAGE_EXPORT_POLICY is {self.settings.policy}, which cannot be read beside index.py."
            raise OurFault(Cause(code="PolicyInvalid", message=message)) from cause
        return read_policy(text)


class _Warm:
    """The log from the first line on, and the instance once there is one."""

    def __init__(self) -> None:
        self.redaction = Redaction()
        self._log = logs.configure("info", redaction=self.redaction)
        self._instance: _Instance | None = None

    def logged(self, fc_context: Any) -> Log:
        """The log, bound once for the invocation."""
        return self._log.bind(request_id=fc_context.request_id, function=fc_context.function.name)

    def instance(self, fc_context: Any) -> _Instance:
        """Made by the first invocation. Raises OurFault."""
        if self._instance is None:
            settings = read_settings(os.environ)
            self._log = logs.configure(settings.log_level, redaction=self.redaction)
            self._instance = _Instance(fc_context, settings)
            python = sys.version.split()[0]
            self.logged(fc_context).info("instance.started", version=__version__, python=python, loads=versions())
        return self._instance


_warm: list[_Warm] = []


def _process() -> _Warm:
    """The first invocation imports, which makes no garbage; to look for some would take a tenth of its time."""
    if _warm:
        gc.enable()
    else:
        gc.disable()
        _warm.append(_Warm())
    return _warm[0]


def _answer(fc_context: Any, work: Callable[["Context"], dict[str, Any]], *, watching: bool = False) -> dict[str, Any]:
    """The work's answer. What is raised is for FC to repeat, which prints it: so no chain, and nothing unredacted."""
    warm = _process()
    try:
        return work(warm.instance(fc_context).context(fc_context, warm.logged(fc_context), watching=watching))
    except ImageExportError as fault:
        shown = {"code": fault.code, "error": fault.cause.message, "recommend": fault.cause.recommend}
        warm.logged(fc_context).error("invocation.refused", **shown)
        said = Cause(code=fault.code, message=warm.redaction.text(fault.cause.message))
        raise _anew(fault, said) from None
    except Exception as bug:  # noqa: BLE001 - a bug: told in our own log, redacted, and raised
        warm.logged(fc_context).error("invocation.broken", error=str(bug), exc_info=True)
        raise RuntimeError(f"{type(bug).__name__}; the log line invocation.broken has the rest") from None


def _anew(fault: ImageExportError, cause: Cause) -> ImageExportError:
    """A fault of the same kind that says this; some kinds are made of other things than a cause."""
    made = type(fault).__new__(type(fault))
    ImageExportError.__init__(made, cause, status=fault.status)
    return made


def on_event(event: bytes, fc_context: Any) -> dict[str, Any]:
    """An image-created event in any of its shapes, a direct request, or an order. Answers what it meant."""
    from image_export.use_cases.entrances import event as entrance

    def work(context: "Context") -> dict[str, Any]:
        instance = _warm[0].instance(fc_context)
        name = {"request_id": fc_context.request_id, "region_id": fc_context.region}
        return entrance.on_event(context, event, **name, importing=lambda: instance.importing).shown()

    return _answer(fc_context, work, watching=entrance.needs_no_policy(event))


def on_watch(_event: bytes, fc_context: Any) -> dict[str, Any]:
    """One tick of the watcher. Answers the exports that it looked at."""
    from image_export.use_cases.watch.watch import watch

    def work(context: "Context") -> dict[str, Any]:
        instance = _warm[0].instance(fc_context)
        answer = watch(
            context, pinger=instance.pinger, reach=lambda: instance.drilling, request_id=fc_context.request_id
        )
        return answer.totalled()

    return _answer(fc_context, work, watching=True)


def on_unpack(event: bytes, fc_context: Any) -> dict[str, Any]:
    """Unpacks what a restore cannot import as it is: {"RestoreId": "res-…"}, asked for by whoever looks at it."""
    from image_export.decisions.restore.asking import restore_to_unpack
    from image_export.use_cases.restore.unpacking import unpack_for

    def work(context: "Context") -> dict[str, Any]:
        restore = restore_to_unpack(event)
        return unpack_for(context, _warm[0].instance(fc_context).importing, restore).wire()

    return _answer(fc_context, work, watching=True)


def on_nightly(event: bytes, fc_context: Any) -> dict[str, Any]:
    """A nightly run, or with the payload {"DryRun": true} its plan. Answers what it recorded, and totals of it all."""
    from image_export.decisions.arrivals.timer import read_timer
    from image_export.use_cases.night.run import nightly
    from image_export.values.answer import Answer

    def work(context: "Context") -> dict[str, Any]:
        try:
            timer = read_timer(event)
        except AskerFault as fault:  # not raised: FC would repeat it, and the trigger's payload stays what it is
            context.log.error("timer.refused", code=fault.code, error=fault.cause.message)
            return Answer(request_id=fc_context.request_id, rejected=(fault.cause,)).shown()
        return nightly(context, timer, request_id=fc_context.request_id).totalled()

    return _answer(fc_context, work)


def on_maintain(event: bytes, fc_context: Any) -> dict[str, Any]:
    """An hour's look after what was exported: drills are planned and begun. Answers each series with its reason."""
    from image_export.use_cases.drill.maintain import on_maintain as maintain

    def work(context: "Context") -> dict[str, Any]:
        return maintain(context, event, request_id=fc_context.request_id).wire()

    return _answer(fc_context, work)


def on_http(event: bytes, fc_context: Any) -> dict[str, Any]:
    """A request over HTTP, as FC 3.0's trigger hands it over. Answers FC's HTTP struct, whatever was asked."""
    warm = _process()
    log = warm.logged(fc_context)
    try:
        instance = warm.instance(fc_context)

        def context(needs_policy: bool) -> "Context":
            return instance.context(fc_context, log, watching=not needs_policy)

        outside = Outside(context, lambda: instance.ledger(fc_context), versions, log, lambda: instance.importing)
        site = HttpApp(outside, instance.settings, fc_context.region)
        return site.respond(event, fc_context.request_id)
    except ImageExportError as fault:
        advice = fault.cause.recommend
        log.error("invocation.refused", code=fault.code, error=fault.cause.message, recommend=advice)
        message = "This deployment is not fit for work; the log says why."
        cause = Cause(code=fault.code, message=message, recommend=advice)
    except Exception as bug:
        log.error("invocation.broken", error=str(bug), exc_info=True)
        cause = Cause(code="InternalError", message="Something went wrong here; the log has the rest.")
    return struct(fault_answer(OurFault(cause), fc_context.request_id), fc_context.request_id)
