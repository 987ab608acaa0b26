"""ECS and OSS of an account, as drills meet them: the cloud of restores, with image check, instances and evidence.

It judges each call that may do harm as it comes.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from msgspec import json

from image_export.use_cases.drill.ports import StartOfInstance
from image_export.use_cases.restore.ports import Imported, StartImport
from image_export.values.drill.steps import Assistant, CommandResult, Console, Instance
from image_export.values.restore.request import DRILL_TAG
from image_export.values.restore.steps import Made
from image_export.values.stored_object import StoredObject
from tests.fakes import START, refused
from tests.restores_lived.cloud import LivingImporting

from .exports import Exported
from .guests import DENIED, Guest, detected, released_at

if TYPE_CHECKING:
    from .world import DrillWorld

RELEASED_AHEAD = timedelta(minutes=30)  # AutoReleaseTime at least
SEEN_FOR = timedelta(minutes=6)  # whoever looks, and then deletes, is dead by then
CALLED_AFTER_CANCEL = timedelta(minutes=15)  # by a worker that had looked before, killed by then, and what it sent


class LivingDrilling(LivingImporting):
    """One account's (ports: ImportingCloud, DrillingCloud)."""

    world: "DrillWorld"

    def __init__(self, world: "DrillWorld", account_id: str, region_id: str) -> None:
        super().__init__(world, account_id, region_id)
        self.guests: dict[str, Guest] = {}
        self.started: dict[str, str] = {}  # by token
        self.strangers: dict[str, Instance] = {}
        self.commands: dict[str, str] = {}  # by token
        self.written_at: dict[str, datetime] = {}  # evidence, the first time
        self.available_at: dict[str, datetime] = {}
        self.checked: set[str] = set()
        self.failed: set[str] = set()  # restores of which an import has failed
        self.harmed: set[str] = set()  # keys that are not what they were when they were exported
        self.objects["others/notes"] = StoredObject(
            key="others/notes", size_bytes=1, etag="N", crc64="1", modified_at=START, head=b"", tail=b""
        )

    def hold_export(self, one: Exported) -> None:
        """Its manifest and its objects, as they are by now."""
        self.bodies[one.body_key] = json.encode(one.manifest.wire())
        for said in one.manifest.objects:
            self.objects[said.key] = StoredObject(
                key=said.key,
                size_bytes=said.size,
                etag=said.etag,
                crc64=said.crc64,
                modified_at=START,
                head=b"",
                tail=b"",
            )
        last = one.manifest.objects[-1].key
        if one.harm in ("altered", "lost"):
            self.alter(last, gone=one.harm == "lost")
        if one.harm == "unreadable":
            self.bodies[one.body_key] = b'{"ManifestVersion": 1'
        if one.harm == "deleted":
            for key in one.keys:
                del self.objects[key]
            del self.bodies[one.body_key]
            self.harmed |= one.keys

    def alter(self, key: str, *, gone: bool) -> None:
        self.harmed.add(key)
        super().alter(key, gone=gone)

    # Images

    def _make(self, start: StartImport) -> Imported:
        drill = dict(start.parameters.tags).get(DRILL_TAG)
        if drill and self.world.has(drill, "ended"):
            self.world.breaks("nothing is left", f"an image is imported for {drill}, which has ended")
        imported = super()._make(start)
        if start.checked:
            self.checked.add(imported.image_id)
        return imported

    def _fail(self, image_id: str, code: str) -> None:
        self.failed.add(self.imports[image_id].restore_id)
        super()._fail(image_id, code)

    def _finish(self, image_id: str) -> None:
        super()._finish(image_id)
        made = self.images.get(image_id)
        if made and made.image.status == "Available":
            self.available_at.setdefault(image_id, self.clock.now)

    def _listed(self, image_id: str, lag: timedelta) -> Made | None:
        made, since = super()._listed(image_id, lag), self.available_at.get(image_id)
        if made is None or since is None or image_id not in self.checked:
            return made
        return made._replace(detection=detected(self.world.nature, self.clock.now - since))

    def delete_snapshot(self, snapshot_id: str) -> None:
        self.world.judge_snapshot(
            snapshot_id, next((i for i in self.imports.values() if snapshot_id in i.snapshots), None)
        )
        super().delete_snapshot(snapshot_id)

    def lose(self) -> None:
        """Somebody deletes our newest image."""
        ours = [image_id for image_id in self.imports if image_id in self.images]
        if ours:
            self.world.tell(f"  {ours[-1]} is deleted by others")
            self._remove(ours[-1])
            self.snapshots -= set(self.imports[ours[-1]].snapshots)

    # Instances

    def run_instance(self, start: StartOfInstance) -> str:
        """Fits `ports.DrillingCloud`, as all that follows."""
        while self.world.at_claims:
            self.world.at_claims.pop()()
        return str(self._asked("run_instance", lambda: self._start(start)))

    def _start(self, start: StartOfInstance) -> str:
        now, token = self.clock.now, start.client_token
        known = self.started.get(token)
        if known and now - self.guests[known].made_at < self.world.nature.token_lasts:
            if self.guests[known].start != start:
                self.world.breaks("a repetition is the same call", f"{token} with other parameters")
                raise refused("IdempotentParameterMismatch")
            return known
        self._may_start(start, now)
        instance_id = f"i-bp1made{len(self.guests) + 1}"
        guest = Guest(instance_id, dict(start.tags).get(DRILL_TAG, ""), start, now, self.world.nature)
        self.guests[instance_id], self.started[token] = guest, instance_id
        self.world.tell(f"  {instance_id} is made for {guest.drill_id} as {start.instance_type}")
        if start.release_at:
            self.world.baton.at(released_at(start), lambda: self._release(instance_id))
        return instance_id

    def _may_start(self, start: StartOfInstance, now: datetime) -> None:
        made = self.images.get(start.image_id)
        if made is None or made.image.status != "Available":
            raise refused("InvalidImageId.NotFound")
        if start.instance_type in self.world.sold_out:
            raise refused("OperationDenied.NoStock")
        self.world.judge_start(start, now)

    def _release(self, instance_id: str) -> None:
        """ECS itself, at the AutoReleaseTime."""
        guest = self.guests[instance_id]
        if guest.gone_at is None:
            guest.gone_at, guest.released = self.clock.now, True
            self.world.tell(f"  {instance_id} is released by ECS")

    def instance_by_tag(self, key: str, value: str) -> Instance | None:
        def effect() -> Instance | None:
            shown = (self._shown(one, self.world.nature.tag_lag) for one in self.guests.values())
            there = [*self.strangers.values(), *(one for one in shown if one)]
            return next((one for one in there if one.tags.get(key) == value), None)

        found: Instance | None = self.faults.run("instance_by_tag", effect)
        return found

    def _shown(self, guest: Guest, lag: timedelta) -> Instance | None:
        now, nature = self.clock.now, guest.nature
        if now - guest.made_at < lag or (guest.gone_at and now - guest.gone_at >= nature.ghost):
            return None
        status = "Stopping" if guest.gone_at else "Running" if guest.is_running(now) else "Pending"
        return Instance(instance_id=guest.instance_id, status=status, tags=dict(guest.start.tags))

    def instance(self, instance_id: str) -> Instance | None:
        def effect() -> Instance | None:
            guest = self.guests.get(instance_id)
            return self._shown(guest, self.world.nature.id_lag) if guest else None

        found: Instance | None = self._asked("instance", effect)
        return found

    def console(self, instance_id: str) -> Console | None:
        def effect() -> Console | None:
            guest = self.guests.get(instance_id)
            if self.world.nature.console == "refused":
                raise refused("Forbidden.RAM")
            if guest is None or guest.gone_at or self.world.nature.console == "hidden":
                return None
            return Console(guest.text(self.clock.now))

        found: Console | None = self.faults.run("console", effect)
        return found

    def assistant(self, instance_id: str) -> Assistant:
        def effect() -> Assistant:
            guest = self.guests.get(instance_id)
            return Assistant(guest is not None and guest.gone_at is None and guest.answers(self.clock.now))

        found: Assistant = self._asked("assistant", effect)
        return found

    def run_command(self, instance_id: str, command: str, client_token: str) -> str:
        def effect() -> str:
            guest = self.guests.get(instance_id)
            if client_token in self.commands:
                return self.commands[client_token]
            if guest is None or guest.gone_at or not guest.answers(self.clock.now):
                raise refused("InvalidInstance.NotRunning")
            guest.commands += 1
            if guest.commands > 1:
                self.world.breaks("a repetition is the same call", f"{instance_id} is given {command} again")
            guest.command_at = guest.command_at or self.clock.now
            self.commands[client_token] = f"inv-{client_token}"
            return self.commands[client_token]

        return str(self._asked("run_command", effect))

    def command_result(self, instance_id: str, invoke_id: str) -> CommandResult | None:
        def effect() -> CommandResult | None:
            guest = self.guests.get(instance_id)
            return guest.result(self.clock.now) if guest and invoke_id in self.commands.values() else None

        found: CommandResult | None = self._asked("command_result", effect)
        return found

    def delete_instance(self, instance_id: str) -> None:
        def effect() -> None:
            guest = self.guests.get(instance_id)
            if instance_id in self.strangers:
                self.world.breaks("nothing of others is deleted", f"{instance_id} was deleted")
            if guest is None or guest.gone_at:
                return
            if self.clock.now - guest.made_at < guest.nature.initializing:
                raise refused("IncorrectInstanceStatus.Initializing")
            self.world.judge_instance_deletion(guest)
            guest.gone_at = self.clock.now
            self.world.tell(f"  {instance_id} is deleted")

        self.faults.run("delete_instance", effect)

    def visible(self, drill: str) -> list[str]:
        """The drill's instances that any look by tag has long shown."""
        since = self.clock.now - self.world.nature.tag_lag - SEEN_FOR
        guests = (one for one in self.guests.values() if one.drill_id == drill)
        return [one.instance_id for one in guests if one.gone_at is None and one.made_at < since]

    def _asked(self, call: str, effect: Callable[[], Any]) -> Any:
        """The call under its dice, where the right to it is there."""

        def allowed() -> Any:
            if self.world.nature.denied == call:
                raise refused(DENIED[call])
            return effect()

        return self.faults.run(call, allowed)

    # Evidence

    def write(self, bucket: str, key: str, body: bytes) -> None:
        del bucket

        def effect() -> None:
            if not self.world.nature.takes_evidence:
                raise refused("AccessDenied")
            if ".drill-" not in key or not key.endswith(".json"):
                self.world.breaks("nothing of others is deleted", f"{key} is written over")
            self.bodies[key] = body
            self.written_at.setdefault(key, self.clock.now)

        self.faults.run("write", effect)
