"""The world of restores, with instances: what a drill starts, hears and deletes, in memory."""

from datetime import datetime, timedelta

from msgspec.structs import replace

from image_export.use_cases.drill.advance import MovedDrill, advance
from image_export.use_cases.drill.maintain import MaintainAnswer, maintain
from image_export.use_cases.drill.ports import Drilling, StartOfInstance
from image_export.use_cases.ports import Stored
from image_export.use_cases.restore.advance import advance as advance_restore
from image_export.values import ledger_keys as keys
from image_export.values.drill.steps import Assistant, CommandResult, Console, Instance
from image_export.values.export import Export
from image_export.values.export_request import ExportRequest
from image_export.values.facts import Claim, Delivered, Ended, Requested
from image_export.values.restore.steps import Detection, Made
from tests.fakes import START, Clock, Faults
from tests.restore.world import ACCOUNT, ASKER, BUCKET, MANIFEST, POLICY, REGION, FakeImporting, manifest, refused
from tests.restore.world import World as RestoreWorld

BOOT = """
drills:
  - name: monthly
    match: {name: "golden-*"}
    every: 30d
    restore_within: 2h
    boot:
      vswitch: vsw-bp1
      security_group: sg-bp1
      instance_types: [ecs.t6-c1m1.large, ecs.g7.large]
      command: systemctl is-system-running --wait
"""
PLAIN = """
drills:
  - {name: monthly, match: {name: "golden-*"}, every: 30d}
"""
LOGIN = "[    0.000000] Linux version 6.1.0\r\nWelcome to Debian!\r\ngolden login: "


class FakeInstances:
    """Instances of the account, and evidence in its bucket (port: DrillingCloud)."""

    def __init__(self, clock: Clock, faults: Faults | None = None) -> None:
        self.clock = clock
        self.faults = faults or Faults()
        self.instances: dict[str, Instance] = {}
        self.tokens: dict[str, str] = {}
        self.started: list[StartOfInstance] = []
        self.sold_out: set[str] = set()
        self.says = LOGIN
        self.answers = True
        self.result = CommandResult("Success", 0, "running")
        self.written: dict[str, bytes] = {}
        self.running_at: dict[str, datetime] = {}

    def run_instance(self, start: StartOfInstance) -> str:
        def effect() -> str:
            if start.client_token in self.tokens:
                return self.tokens[start.client_token]
            if start.instance_type in self.sold_out:
                raise refused("OperationDenied.NoStock")
            self.started.append(start)
            instance_id = f"i-bp1made{len(self.started)}"
            self.instances[instance_id] = Instance(instance_id=instance_id, status="Pending", tags=dict(start.tags))
            self.running_at[instance_id] = self.clock.now + timedelta(seconds=50)
            self.tokens[start.client_token] = instance_id
            return instance_id

        found: str = self.faults.run("run_instance", effect)
        return found

    def _as_it_is(self, instance_id: str) -> Instance | None:
        instance = self.instances.get(instance_id)
        if instance and self.clock.now >= self.running_at[instance_id]:
            instance = self.instances[instance_id] = replace(instance, status="Running")
        return instance

    def instance_by_tag(self, key: str, value: str) -> Instance | None:
        def effect() -> Instance | None:
            return next((one for one in self.instances.values() if one.tags.get(key) == value), None)

        found: Instance | None = self.faults.run("instance_by_tag", effect)
        return found

    def instance(self, instance_id: str) -> Instance | None:
        found: Instance | None = self.faults.run("instance", lambda: self._as_it_is(instance_id))
        return found

    def console(self, instance_id: str) -> Console | None:
        said = Console(self.says) if instance_id in self.instances else None
        found: Console | None = self.faults.run("console", lambda: said)
        return found

    def assistant(self, instance_id: str) -> Assistant:
        del instance_id
        found: Assistant = self.faults.run("assistant", lambda: Assistant(self.answers))
        return found

    def run_command(self, instance_id: str, command: str, client_token: str) -> str:
        assert (instance_id, command) == ("i-bp1made1", "systemctl is-system-running --wait")
        found: str = self.faults.run("run_command", lambda: f"inv-{client_token}")
        return found

    def command_result(self, instance_id: str, invoke_id: str) -> CommandResult | None:
        assert invoke_id.startswith("inv-dri-")
        assert instance_id in self.instances
        found: CommandResult | None = self.faults.run("command_result", lambda: self.result)
        return found

    def delete_instance(self, instance_id: str) -> None:
        self.faults.run("delete_instance", lambda: self.instances.pop(instance_id, None))

    def write(self, bucket: str, key: str, body: bytes) -> None:
        assert bucket == BUCKET
        self.faults.run("write", lambda: self.written.__setitem__(key, body))


class _Clouds:
    def __init__(self, instances: FakeInstances) -> None:
        self._instances = instances

    def at(self, *_scope: object) -> FakeInstances:
        """Fits `ports.DrillingClouds`."""
        return self._instances


class CheckedImporting(FakeImporting):
    """Images are checked; `detection` is what that says."""

    detection: Detection | None = Detection("Finished")

    def image_by_id(self, image_id: str) -> Made | None:
        made = super().image_by_id(image_id)
        return made and Made(made.image, made.snapshot_ids, self.detection)


class World(RestoreWorld):
    """All of it, with one Completed export in the history."""

    def __init__(self, drills: str = BOOT) -> None:
        super().__init__(POLICY + drills)
        held = self.cloud
        self.cloud = self.images = CheckedImporting(self.clock)
        self.cloud.objects, self.cloud.bodies = held.objects, held.bodies
        self.instances = FakeInstances(self.clock)
        self.show("golden-web-2026-11", 1)

    def show(self, name: str, number: int, status: str = "Completed", days: float = 1) -> str:
        """An export that has ended is in the history."""
        export_id = f"exp-rtfyr2rqf6qlm2su-{number:04d}"
        at = START - timedelta(days=days)
        export = Export(
            export_id=export_id,
            region_id=REGION,
            account_id=ACCOUNT,
            image_id="m-bp1source",
            image_name=name,
            oss_bucket=BUCKET,
            image_format="raw",
            status=status,  # type: ignore[arg-type]
            manifest=MANIFEST if status == "Completed" else None,
            requested_at=at,
            requested_by=ASKER,
        )
        if status == "Completed":
            self._record(export)
        key = keys.History(keys.backwards(at), REGION, f"m-bp1source{number}", export_id).key
        self.context().ledger.put(key, export)
        assert isinstance(self.objects[key], Stored)
        return export_id

    def _record(self, export: Export) -> None:
        """Its facts, for whoever asks for it by its id."""
        role = self.policy.accounts[0].role
        request = ExportRequest(
            role=role,
            region_id=REGION,
            image_id=export.image_id,
            oss_bucket=BUCKET,
            image_name=export.image_name,
            requested_by=ASKER,
        )
        ledger, export_id = self.context().ledger, export.export_id
        requested = Requested(export_id=export_id, listed="", request=request)
        ledger.create(keys.Requested(export_id).key, requested)
        claim = Claim(kind="start", oss_prefix=manifest().oss_prefix, image=manifest().image)
        ledger.create(keys.Claim(export_id, 1).key, claim)
        ledger.create(keys.Ended(export_id).key, Ended(status="Completed"))
        ledger.create(keys.Manifest(export_id).key, Delivered())

    @property
    def drilling(self) -> Drilling:
        """What a drill reaches."""
        return Drilling(self.importing, _Clouds(self.instances), lambda text: text.replace("hunter2", "***"))

    def maintain(self, *, dry_run: bool = False) -> MaintainAnswer:
        """An hour's plan."""
        return maintain(self.context(), request_id="hour", dry_run=dry_run)

    def begin(self) -> str:
        """The plan's drill."""
        (drill,) = [one.drill_id for one in self.maintain().drills if one.wanted]
        assert drill is not None
        return drill

    def tick(self, **delta: float) -> None:
        """Time passes, and whatever is due is looked at, as the watcher does it."""
        self.clock.advance(**delta)
        for hint in self.objects.below("due/"):
            due = keys.Due.read(hint)
            if due is None or due.stamp > keys.stamp(self.clock.now):
                continue
            if keys.drill_in(due.what):
                advance(self.context(), self.drilling, due.what, hint=hint)
            else:
                advance_restore(self.context(), self.importing, due.what, hint=hint)

    def drilled(self, drill: str) -> MovedDrill:
        """Tick until nothing is due any more; then a last look shows it."""
        for _ in range(400):
            self.tick(minutes=1)
            if not self.objects.below("due/"):
                moved = advance(self.context(), self.drilling, drill)
                assert moved is not None
                return moved
        raise AssertionError(f"still {self.objects.below('due/')}")

    @property
    def left(self) -> list[str]:
        """What a drill has left behind."""
        markers = [*self.objects.below("open-drills/"), *self.objects.below("open-restores/")]
        return [*self.cloud.images, *self.cloud.snapshots, *self.instances.instances, *markers]
