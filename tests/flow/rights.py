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

from .entrance import Entrance
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
    """Every action and every resource pattern of a policy."""
    return [
        Right(name, number, kind, pattern)
        for number, statement in enumerate(document["Statement"])
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
ORDERED = ("NoSetRoletoECSServiceAcount", "ConcurrentQuotaExceed")
SINK = "acs:fc:*:*:functions/sink"
POLICY_OBJECT = f"image-export-ledger-{ACCOUNT}/policy/policy.yaml"


def shipped() -> dict[str, tuple[list[str], Document]]:
    """The policies of template.yml with a policy in OSS and a second function, and the roles that have each."""
    chosen = {"NotifyFunctions": f"{FUNCTIONS},{SINK}", "PolicyObject": POLICY_OBJECT}
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
    (folder / "template.yml").write_text(text)
    return folder / "template.yml"


def with_another_target(folder: Path, function: str) -> Path:
    """A copy of the functions' code whose policy also tells a function of FC 3.0."""
    code = ROOT / "functions" / "image-export"
    for file in code.rglob("*"):
        if file.is_file() and "__pycache__" not in file.parts:
            target = folder / file.relative_to(code)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.read_bytes())
    policy = folder / "policy.yaml"
    policy.write_text(policy.read_text() + f"  - function: {{function: {function}}}\n")
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

    def cool(self) -> None:
        """Let the instance that takes events die, so that the next one starts cold."""
        for action in ("GetObject", "ListObjectsV2", "PutObject"):
            self.emulator.fault("oss", action, "kill_before")
        self.attempt(lambda: self.world.tell(self.world.image()))
        self.emulator.delete("faults")

    def stall(self) -> None:
        """A task that never ends, until somebody cancels it."""
        asked = self.entrance.post(self.world.image("stall")).value
        self.look(3600 + 140 * 120 + 60)
        if "ExportId" in asked:
            self.entrance.cancel(asked["ExportId"])
        self.look(61)

    def night(self) -> None:
        """A night that records, and loses the race for one export against an event."""
        image = self.world.image()
        self.emulator.fault("oss", "PutObject", "hold", key="*/open/*")
        night, _ = self.world.together(lambda: self.emulator.post("timers/on_nightly"), lambda: self._overtake(image))
        assert night["Finished"], night

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
        """Two asynchronous invocations that die as often as they are tried; answers what the queue got."""
        before = len(self._letters())
        self._die("event", self.world.event(self.world.image()))
        self._die("nightly", b"{}")
        return self._letters()[before:]

    def _die(self, function: str, payload: bytes) -> None:
        for action in ("GetBucketVersioning", "GetObject", "ListObjectsV2"):
            self.emulator.fault("oss", action, "kill_before", times=ATTEMPTS)
        request_id = self.emulator.invoke(f"image-export-{function}", payload, mode="async")["RequestId"]
        assert self.emulator.until(lambda: self._given_up(request_id)), self.emulator.get("state")
        self.emulator.delete("faults")

    def _given_up(self, request_id: str) -> bool:
        self.emulator.advance(10)
        rows = [one for one in self.emulator.state("invocations") if one["request_id"] == request_id]
        return len(rows) == ATTEMPTS and rows[-1]["status"] in ("killed", "failed")

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

    def lines(self) -> int:
        """How much the log store has of our functions."""
        return len([line for line in self.emulator.get("logs") if line["function"].startswith("image-export")])

    def refusals(self, since: int) -> Iterator[str]:
        """Codes of the calls that were refused from then on, for want of a right and not since a life has it so."""
        for call in self.emulator.calls_after(since):
            if call["status"] == 403 and call["code"] not in ORDERED:
                yield f"{call['action']}: {call['code']}"


def narrowed_by(row: Mapping[str, Any]) -> Document:
    """The policy of a row's session."""
    document: Document = json.loads(row["session"])
    return document
