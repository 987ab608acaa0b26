"""What goes wrong in a life of a restore, and how often. Each life draws its own mix (swarm testing)."""

from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from image_export.errors import CloudFault, Refused
from tests.fakes import Died, Faults, refused, unanswered, unreached

if TYPE_CHECKING:
    from .world import World

KINDS = ("before", "after", "late", "own write", "slow", "frozen", "killed before", "killed after", "refused")
RATES = (0.0, 0.01, 0.04, 0.12)
IMPORT_RATES = (0.0, 0.2, 0.5, 0.8)
LATE_S = 600.0  # a request whose answer was lost may still be on its way
SILENT_S = 45.0  # how long one waits for a service that does not answer
LEDGER_READS = frozenset({"get", "list", "versioned"})
OF_INSTANCES = frozenset({"instance_by_tag", "instance", "console", "assistant", "command_result"})  # a drill's
READS = frozenset({"object", "read", "image_by_id", "image_by_name", "task"}) | OF_INSTANCES
MAKES = frozenset({"import_image", "copy_image"})
GROUPS = dict.fromkeys(("object", "image_by_name"), "look") | dict.fromkeys(
    ("begin_upload", "put_part", "complete_upload"), "unpack"
)
FINAL = ("InvalidImageSize", "UserNotInTheWhiteList", "InvalidOSSBucket.EncryptUnsupported", "NeverSeenBefore")
ROLE = ("InvalidOSS.NotAuthorized", "Forbidden.RAM", "NoSetRoletoECSServiceAcount", "EntityNotExist.Role")
LATER = ("Throttling.User", "InvalidOSSBucket.FlowLimit", "InvalidSecurityToken.Expired", "IdempotentProcessing")
OF_READS = ("Throttling", "Forbidden.RAM", "EntityNotExist.Role", "ServiceUnavailable")


class Weather:
    """The dice of one life. `fair` turns everything off."""

    def __init__(self, random: Random, imports: tuple[str, ...] = (), faults: tuple[str, ...] = ()) -> None:
        self.random = random
        self._rate = random.choice(RATES)
        self._import_rate = max(random.choice(IMPORT_RATES), self._rate)
        self._kinds = [kind for kind in KINDS if random.random() < 0.5] or list(KINDS)
        self._import_kinds = [kind for kind in KINDS if random.random() < 0.4] or ["after", "late"]
        if imports:
            self._import_rate, self._import_kinds = IMPORT_RATES[-1], list(imports)
        if faults:
            self._rate, self._kinds = RATES[-1], list(faults)
        self._freezes_s = random.choice((30.0, 200.0, 400.0))
        self.fair = False

    def __str__(self) -> str:
        calls = f"of ImportImage {self._import_rate:.0%} of {', '.join(self._import_kinds)}"
        return f"faults {self._rate:.1%} of {', '.join(self._kinds)}; {calls}"

    def trouble(self, call: str) -> str | None:
        """What happens to this call; None is nothing."""
        if self.fair:
            return None
        if call in MAKES:
            return self.random.choice(self._import_kinds) if self.random.random() < self._import_rate else None
        return self.random.choice(self._kinds) if self._rate and self.random.random() < self._rate else None

    def waits_s(self, kind: str | None) -> float:
        """How long a call takes: a moment, its time, or until a frozen instance goes on."""
        if kind == "slow":
            return self.random.random() * 60.0
        if kind == "frozen":
            return self.random.random() * self._freezes_s
        return 0.02 + self.random.random() * 0.3

    def refusal(self, call: str) -> tuple[BaseException, str]:
        """A well-formed error answer, and its code where it may be the end of the restore."""
        if call not in MAKES:
            return refused(self.random.choice(OF_READS)), ""
        sort = self.random.random()
        if sort < 0.1:
            return unreached(), ""
        if sort < 0.2:
            code = self.random.choice(FINAL)
            return refused(code), code
        return refused(self.random.choice(ROLE if sort < 0.4 else LATER)), ""

    def lost(self) -> CloudFault:
        """No usable answer."""
        return unanswered(self.random.choice(("InternalError", "Unanswered", "ReadTimeout")))


class Trouble(Faults):
    """The dice between a call and its effect. `account_id`: whose cloud it is, where it is a call to one."""

    def __init__(self, world: "World", account_id: str = "") -> None:
        super().__init__()
        self._world = world
        self._account_id = account_id

    def run(self, call: str, effect: Callable[[], Any]) -> Any:
        """The call under its dice."""
        world, weather = self._world, self._world.weather
        kind = weather.trouble(call)
        world.wait(weather.waits_s(kind))
        if world.tracing:
            world.tell(f"{world.worker.name} {call}" + (f" [{kind}]" if kind else ""))
        if self._account_id:
            self._of_cloud(call, effect)
        return self._answered(call, lambda: self._strike(kind, call, effect) if kind else effect())

    def _answered(self, call: str, ask: Callable[[], Any]) -> Any:
        """The answer, or the refusal, which the world remembers where it is a cloud's."""
        code = ""
        try:
            return ask()
        except Refused as fault:
            code = fault.code
            raise
        finally:
            if self._account_id:
                self._world.answers[GROUPS.get(call, call)].append((self._world.clock.now, code))

    def _of_cloud(self, call: str, effect: Callable[[], Any]) -> None:
        """Raises where the role is dead, or where nobody answers."""
        world = self._world
        if world.role_dead_until > world.clock.now:
            raise refused("EntityNotExist.Role")
        if world.silent_until > world.clock.now:
            if call not in READS and world.random.random() < 0.5:
                unasked(effect)
            world.wait(SILENT_S)
            raise unanswered("Unanswered")

    def _strike(self, kind: str, call: str, effect: Callable[[], Any]) -> Any:
        world, weather = self._world, self._world.weather
        reads = call in READS or call in LEDGER_READS
        if kind == "before":
            raise weather.lost()
        if kind == "refused":
            fault, code = weather.refusal(call)
            world.reasons |= {code} if code else set()
            raise fault
        if kind == "killed before":
            raise Died
        if kind == "late" and not reads:
            world.baton.at(world.clock.now + timedelta(seconds=world.random.random() * LATE_S), lambda: unasked(effect))
            raise weather.lost()
        if kind == "own write" and call.startswith("create"):
            effect()
            return effect()
        result = effect()
        if kind == "after":
            raise weather.lost()
        if kind == "killed after":
            raise Died
        return result


def unasked(effect: Callable[[], Any]) -> None:
    """Nobody waits for this answer any more."""
    try:
        effect()
    except CloudFault:
        return
