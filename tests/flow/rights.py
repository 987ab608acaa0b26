"""Policies with one right less, and a life of the functions that uses every right they have.

The right that is taken away is one action, or one pattern of resources, of one statement.
"""

import copy
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from alicloud_emulator.ram.documents import Request, read_rights
from alicloud_emulator.ram.evaluation import decide
from alicloud_emulator.ram.policies import Policy, PolicyName
from alicloud_emulator.ros import Template
from image_export.decisions.results.undelivered import read_key
from tests.linked_code import deployed_to

from .entrance import Entrance
from .restores import policy_with_restores
from .world import ACCOUNT, REGION, ROOT, TASK_S, World

Document = Mapping[str, Any]
ATTEMPTS = 4  # of an asynchronous invocation
DOUBT_S = 1600  # until a lost start is concluded to be none


class Right(NamedTuple):
    """One element of a statement."""

    policy: str
    statement: int
    kind: str  # Action or Resource
    pattern: str

    def __str__(self) -> str:
        return f"{self.policy}[{self.statement}].{self.kind}={self.pattern}"


def rights_of(name: str, document: Document) -> list[Right]:
    """Every action and every resource pattern that a policy allows."""
    return [
        Right(name, number, kind, pattern)
        for number, statement in enumerate(document["Statement"])
        if statement["Effect"] == "Allow"
        for kind in ("Action", "Resource")
        for pattern in patterns(statement, kind)
    ]


def patterns(statement: Document, kind: str) -> list[str]:
    """What a statement says, as a list."""
    value = statement[kind]
    return value if isinstance(value, list) else [value]


def without(document: Document, right: Right) -> Document | None:
    """The policy without that right; None where nothing is left of it."""
    changed: dict[str, Any] = copy.deepcopy(dict(document))
    statement = changed["Statement"][right.statement]
    statement[right.kind] = [one for one in patterns(statement, right.kind) if one != right.pattern]
    if not statement[right.kind]:
        changed["Statement"].remove(statement)
    return changed if changed["Statement"] else None


def allowed(asked: Mapping[str, Any], documents: list[Document]) -> bool:
    """Whether these policies together allow what was asked, by the emulator's own judgement."""
    request = Request(action=asked["action"], resource=asked["resource"], context=asked["context"])
    read = [Policy(name=PolicyName("Custom", "one"), document=one, statements=read_rights(one)) for one in documents]
    return decide(request, read).allowed


FUNCTIONS = "acs:fc:*:*:services/images/functions/after-export"
OUTLIVED = "SecurityTokenExpired"  # a session that a jump of the clock has ended, and that is renewed
ORDERED = ("NoSetRoletoECSServiceAcount", "ConcurrentQuotaExceed")
SINK = "acs:fc:*:*:functions/sink"
POLICY_OBJECT = f"image-export-ledger-{ACCOUNT}/policy/policy.yaml"


DRILL = '{name: often, match: {name: "drilled-*"}, every: 1d, most_a_day: 100}'
RESTORE_OFF = "  Restore:\n    Type: String\n    Default: 'off'"


def shipped() -> dict[str, tuple[list[str], Document]]:
    """The policies of template.yml with a policy in OSS and a second function, and the roles that have each."""
    chosen = {"NotifyFunctions": f"{FUNCTIONS},{SINK}", "PolicyObject": POLICY_OBJECT, "Restore": "import"}
    template = Template(ROOT / "template.yml", account_id=ACCOUNT, region=REGION, **chosen)
    managed = [policy.properties for policy in template.resources("ALIYUN::RAM::ManagedPolicy")]
    roles = [role.properties for role in template.resources("ALIYUN::RAM::Role")]
    own = [{**policy, "Roles": [role["RoleName"]]} for role in roles for policy in role.get("Policies", [])]
    return {policy["PolicyName"]: (policy["Roles"], policy["PolicyDocument"]) for policy in (*managed, *own)}


def chosen_template(folder: Path) -> Path:
    """A copy of template.yml whose parameters have these values by default."""
    text = (ROOT / "template.yml").read_text()
    name, default = "  PolicyObject:\n    Type: String\n    Default: ", "''"
    assert f"{name}{default}" in text
    text = text.replace(f"{name}{default}", f"{name}{POLICY_OBJECT}")
    text = text.replace(f"Default: {FUNCTIONS}", f"Default: {FUNCTIONS},{SINK}")
    text = text.replace(RESTORE_OFF, RESTORE_OFF.replace("'off'", "import"))
    (folder / "template.yml").write_text(text)
    return folder / "template.yml"


def with_another_target(folder: Path, function: str) -> Path:
    """A copy of the functions' code whose policy also tells a function of FC 3.0, and allows restores and drills."""
    policy = deployed_to(folder) / "policy.yaml"
    target = f"  - function: {{function: {function}}}\n"
    policy.write_text(f"{policy_with_restores()}{target}drills:\n  - {DRILL}\n")
    return folder


class Life:
    """All that the functions ever do, on one emulator."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.emulator = world.emulator
        self.entrance = Entrance(world.emulator.http_trigger)

    def whole(self) -> None:
        """Everything once."""
        self.short()
        self.doubt()
        self.stall()
        self.night()
        self.dead_letters()
        self.hindered()
        self.unaccepted()
        self.restored()
        self.drilled()

    def short(self) -> None:
        """An export by event to its end, and one over HTTP that is cancelled."""
        self.world.tell(self.world.image())
        asked = self.entrance.post(self.world.image())
        if "ExportId" in (export := asked.value):
            self.entrance.get(export["ExportId"])
            self.entrance.cancel(export["ExportId"])
        self.look(61)
        self.look(TASK_S)

    def doubt(self) -> None:
        """A start whose answer is lost before ECS had heard of it: the bucket is looked into."""
        self.emulator.fault("ecs", "ExportImage", "reset_before")
        self.world.tell(self.world.image())
        self.look(61)
        self.look(DOUBT_S)

    def restored(self, since: int | None = None) -> None:
        """Restores that fail and are unpacked, by somebody who dies at it, and that are called off, by both ways.

        No longer than until something is refused, where it is told since when that counts.
        """
        readings = self.emulator.get("unsure")
        self.emulator.post("unsure", {"import_of_tar_gz": "fails", "missing_object": "AccessDenied"})
        image = self.world.image(ImageFamily="golden")
        asked = self.attempt(lambda: self.world.request(image))
        for _ in range(3):
            self.look(TASK_S)
        if asked and asked["Exports"]:
            self._restore(asked["Exports"][0]["ExportId"], since)
        self.emulator.delete("faults")
        self.emulator.post("unsure", readings)

    def drilled(self, since: int | None = None) -> None:
        """A drill that the timer begins and somebody calls off, to its evidence. No longer than the same."""
        image = self.world.image(ImageName=f"drilled-{self.emulator.count_calls()}-web")  # a series of its own
        self.attempt(lambda: self.world.request(image))
        for _ in range(3):
            self.look(TASK_S)
        planned = self.attempt(lambda: self.emulator.post("timers/on_maintain")) or {"Drills": []}
        self._move(2, since)
        for drill in [one["DrillId"] for one in planned["Drills"] if one["DrillId"]]:
            order = json.dumps({"Cancel": drill}).encode()
            self.attempt(lambda order=order: self.emulator.invoke("image-export-maintain", order))
        self._move(14, since)

    def _restore(self, export: str, since: int | None) -> None:
        for unpack in ("auto", "always"):
            elsewhere = {"RegionId": "ap-southeast-1"} if unpack == "always" else {}
            body = json.dumps({"Restore": {"ExportId": export, "Unpack": unpack, **elsewhere}}).encode()
            self.attempt(lambda body=body: self.emulator.invoke("image-export-event", body))
        self.emulator.fault("oss", "UploadPart", "kill_before", key="*image-export-restore/*")  # and it goes on
        self._move(12, since)
        if self._is_enough(since):
            return
        self.emulator.fault("oss", "UploadPart", "kill_before", key="*image-export-restore/*", times=4)
        second = self.entrance.ask("POST", "/restores", *of_json({"ExportId": export, "Unpack": "always"})).value
        self._move(1, since)
        third = self.entrance.ask("POST", "/restores", *of_json({"ExportId": export, "Disks": "system"})).value
        self._move(1, since)
        for one in (second, third):
            if "RestoreId" in one:
                self.entrance.ask("DELETE", f"/restores/{one['RestoreId']}")
        self._move(12, since)

    def _move(self, looks: int, since: int | None) -> None:
        for _ in range(looks):
            if not self._is_enough(since):
                self.look(130)
                self.until_unpacked()

    def _is_enough(self, since: int | None) -> bool:
        return since is not None and any(self.refusals(since))

    def until_unpacked(self) -> None:
        """Wait until nobody unpacks any more, by themselves or repeated."""
        assert self.emulator.until(lambda: not [one for one in self.emulator.state("invocations") if unpacks(one)])

    def cool(self) -> None:
        """Let the instance that takes events die, so that the next one starts cold."""
        for action in ("GetObject", "ListObjectsV2", "PutObject"):
            self.emulator.fault("oss", action, "kill_before")
        self.attempt(lambda: self.world.tell(self.world.image()))
        self.emulator.delete("faults")

    def cool_maintenance(self) -> None:
        """The same of the instance that plans drills."""
        for action in ("GetObject", "ListObjectsV2", "PutObject"):
            self.emulator.fault("oss", action, "kill_before")
        self.attempt(lambda: self.emulator.post("timers/on_maintain"))
        self.emulator.delete("faults")

    def stall(self) -> None:
        """A task that never ends, until somebody cancels it."""
        asked = self.entrance.post(self.world.image("stall")).value
        self.look(3600 + 140 * 120 + 60)
        if "ExportId" in asked:
            self.entrance.cancel(asked["ExportId"])
        self.look(61)

    def night(self) -> None:
        """A night that records, and loses the race for one export against an event; and one that its worker leaves."""
        image = self.world.image()
        self.emulator.fault("oss", "PutObject", "hold", key="*/open/*")
        night, _ = self.world.together(lambda: self.emulator.post("timers/on_nightly"), lambda: self._overtake(image))
        assert night["Finished"], night
        self.world.image()  # and one that dies before its record, so that the watcher goes on with it
        self.emulator.fault("oss", "PutObject", "kill_before", key="*/nights/*.json.gz")
        self.attempt(lambda: self.emulator.invoke("image-export-nightly", b""))
        self.look(11 * 60 + 1)

    def _overtake(self, image: str) -> None:
        assert self.emulator.until(lambda: self.world.held("PutObject", key="/open/"))
        self.world.tell(image)
        self.emulator.post("release")

    def hindered(self) -> None:
        """An image that nobody sees yet, a role that does not work yet, a full quota, a task that ECS forgets."""
        self.world.tell("m-notyetvisible")
        self.world.image(ImageId="m-notyetvisible")
        self.look(61)
        self.emulator.advance(3600)  # past the sessions
        self.emulator.fault("sts", "AssumeRole", "code:EntityNotExist.Role")
        self.world.request(self.world.image())
        self.look(61)
        hindered = self.world.image()
        for code in ORDERED:
            self.emulator.fault("ecs", "ExportImage", f"code:{code}")
            self.world.tell(hindered)
            self.look(61)
        self.look(61)
        self.world.tell(self.world.image())
        self.emulator.post("unsure", {"task_list_lag_s": 100_000})
        self.emulator.fault("ecs", "DescribeTaskAttribute", "code:InvalidTaskId.NotFound", times=3)
        self.look(61)
        self.emulator.delete("faults")
        self.emulator.post("unsure", {"task_list_lag_s": 20})
        for _ in range(8):
            self.look(121)

    def unaccepted(self) -> None:
        """A function that refuses for a fortnight, and is given what it has missed by hand."""
        self.emulator.fault("fc", "InvokeFunction", "throttle", times=100_000)
        self.world.tell(self.world.image())
        for _ in range(20):
            self.look(86_400)
        self.emulator.delete("faults")
        for key in self.world.ledger("/untold/"):
            undelivered = read_key(key.removeprefix("ledger/"))
            body = json.dumps({"Replay": undelivered.name if undelivered else key}).encode()
            self.emulator.invoke("image-export-event", body)
        self.look(61)
        assert not self.world.ledger("/untold/")

    def dead_letters(self) -> list[dict[str, Any]]:
        """Asynchronous invocations that die as often as they are tried; answers what the queue got."""
        before = len(self._letters())
        self._die("event", self.world.event(self.world.image()))
        self._die("nightly", b"{}")
        self._die("maintain", b"{}", attempts=2)
        return self._letters()[before:]

    def _die(self, function: str, payload: bytes, attempts: int = ATTEMPTS) -> None:
        for action in ("GetBucketVersioning", "GetObject", "ListObjectsV2"):
            self.emulator.fault("oss", action, "kill_before", times=attempts)
        request_id = self.emulator.invoke(f"image-export-{function}", payload, mode="async")["RequestId"]
        assert self.emulator.until(lambda: self._given_up(request_id, attempts)), self.emulator.get("state")
        self.emulator.delete("faults")

    def _given_up(self, request_id: str, attempts: int) -> bool:
        self.emulator.advance(10)
        rows = [one for one in self.emulator.state("invocations") if one["request_id"] == request_id]
        return len(rows) == attempts and rows[-1]["status"] in ("killed", "failed")

    def _letters(self) -> list[dict[str, Any]]:
        return [one for one in self.emulator.state("received") if "dead-letters" in one["target"]]

    def look(self, seconds: float) -> None:
        """A tick later on; it may fail where a right is missing."""
        self.emulator.advance(seconds)
        self.attempt(self.emulator.tick)

    def attempt(self, work: Any) -> Any:
        """What may fail."""
        try:
            return work()
        except RuntimeError:
            return None

    def lines(self, functions: list[str]) -> int:
        """How much the log store has of these functions."""
        return len([line for line in self.emulator.get("logs") if line["function"] in functions])

    def refusals(self, since: int) -> Iterator[str]:
        """Codes of the calls that were refused from then on, for want of a right and not since a life has it so."""
        for call in self.emulator.calls_after(since):
            if call["status"] == 403 and call["code"] not in (*ORDERED, OUTLIVED):
                yield f"{call['action']}: {call['code']}"


def of_json(body: Document) -> tuple[bytes, dict[str, str]]:
    """A body, and what says that it is one."""
    return json.dumps(body).encode(), {"Content-Type": "application/json"}


def unpacks(invocation: Document) -> bool:
    """Whether it is at work for a restore, or will be."""
    return invocation["function"] == "image-export-unpack" and invocation["status"] in ("queued", "running")


def narrowed_by(row: Mapping[str, Any]) -> Document:
    """The policy of a row's session."""
    document: Document = json.loads(row["session"])
    return document
