"""What goes wrong in a life, and how often. Each life draws its own mix, so that rare meetings of faults are not rare.

The idea of a mix for each run: Groce et al., "Swarm Testing" (ISSTA 2012).
"""

from collections.abc import Callable
from random import Random
from typing import Any

from image_export.errors import CloudFault
from tests.fakes import Died, refused, unanswered, unreached

KINDS = ("before", "after", "late", "own write", "slow", "frozen", "killed before", "killed after", "refused")
RATES = (0.0, 0.002, 0.01, 0.04, 0.1)
START_RATES = (0.0, 0.15, 0.4, 0.8)
AROUND_THE_START = frozenset({"create claim", "create result"})
WRITES = frozenset({"export_image", "cancel_task", "put_object", "tell"})
TOLD_LATE_S = 60.0  # a request whose answer was lost may still be on its way
FINAL = ("ImageNotSupported", "InvalidOSSBucket.NotFound", "UserNotInTheWhiteList", "NeverSeenBefore")
ROLE = ("NoSetRoletoECSServiceAcount", "NoPermission", "EntityNotExist.Role", "Forbidden.RAM")
OTHERWISE = ("Throttling.User", "Throttling", "IncorrectImageStatus", "InvalidSecurityToken.Expired")
READ_REFUSALS = ("Throttling", "Forbidden.RAM", "EntityNotExist.Role", "ServiceUnavailable")


class Weather:
    """The dice of one life. `fair` turns everything off."""

    def __init__(self, random: Random, starts: tuple[str, ...] = ()) -> None:
        self.random = random
        self._rate = random.choice(RATES)
        self._start_rate = max(random.choice(START_RATES), self._rate)
        self._kinds = [kind for kind in KINDS if random.random() < 0.5] or list(KINDS)
        self._start_kinds = [kind for kind in KINDS if random.random() < 0.4] or ["after", "refused"]
        if starts:
            self._start_rate, self._start_kinds = START_RATES[-1], list(starts)
        self._freezes_s = random.choice((30.0, 200.0, 900.0))
        self.fair = False

    def __str__(self) -> str:
        start = f"at the start {self._start_rate:.0%} of {', '.join(self._start_kinds)}"
        return f"faults {self._rate:.1%} of {', '.join(self._kinds)}; {start}"

    def trouble(self, call: str) -> str | None:
        """What happens to this call; None is nothing."""
        if self.fair:
            return None
        if call == "export_image":
            return self.random.choice(self._start_kinds) if self.random.random() < self._start_rate else None
        rate = self._start_rate / 2 if call in AROUND_THE_START else self._rate
        return self.random.choice(self._kinds) if self.random.random() < rate else None

    def waits_s(self, kind: str | None) -> float:
        """How long a call takes: a moment, its time, or until a frozen instance, or its network, goes on."""
        if kind == "slow":
            return self.random.random() * 90.0
        if kind == "frozen":
            return self.random.random() * self._freezes_s * 2
        return 0.02 + self.random.random() * 0.3

    def late_s(self) -> float:
        """A request that arrives when its sender has given up."""
        return self.random.random() * TOLD_LATE_S

    def refusal(self, call: str) -> BaseException:
        """A well-formed error answer: it did not happen."""
        if call != "export_image":
            return refused(self.random.choice(READ_REFUSALS))
        sort = self.random.random()
        if sort < 0.1:
            return unreached()
        return refused(self.random.choice(FINAL if sort < 0.25 else ROLE if sort < 0.5 else OTHERWISE))

    def lost(self) -> CloudFault:
        """No usable answer."""
        return unanswered(self.random.choice(("InternalError", "ReadTimeout", "ConnectionReset")))

    def strike(self, kind: str, call: str, effect: Callable[[], Any]) -> Any:
        """The call under a fault that needs no waiting; what does not fit the call is no fault."""
        writes = call in WRITES or call.startswith(("create", "put", "delete"))
        if kind == "refused":
            if call == "export_image" and self.random.random() < 0.1:
                effect()
                raise refused("SignatureNonceUsed")
            raise self.refusal(call)
        if kind == "before":
            raise self.lost()
        if kind == "killed before":
            raise Died
        if kind == "own write" and call.startswith("create"):
            effect()
            return effect()
        result = effect()
        if kind == "after" and writes:
            raise self.lost()
        if kind == "killed after":
            raise Died
        return result
