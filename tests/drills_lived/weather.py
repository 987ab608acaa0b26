"""What goes wrong in a life of drills: as in one of restores, and with RunInstances more often."""

from random import Random

from tests.fakes import refused, unreached
from tests.restores_lived.weather import KINDS, ROLE, Weather

START_RATES = (0.0, 0.2, 0.5, 0.8)
OF_STARTS = ("Throttling.User", "QuotaExceed.ElasticQuota", "InvalidVSwitchId.NotFound", "ServiceUnavailable")
OF_IMPORTS = ("InvalidImageSize", "InvalidOSSBucket.EncryptUnsupported")  # what no restore of that export gets past
LATER = ("Throttling.User", "InvalidOSSBucket.FlowLimit", "InvalidSecurityToken.Expired", "IdempotentProcessing")
OF_ACCOUNTS = ("UserNotInTheWhiteList", "Account.Arrearage")  # nothing of the export


class DrillWeather(Weather):
    """The dice of one life."""

    def __init__(
        self, random: Random, imports: tuple[str, ...] = (), faults: tuple[str, ...] = (), starts: tuple[str, ...] = ()
    ) -> None:
        super().__init__(random, imports, faults)
        self._start_rate = max(random.choice(START_RATES), self._rate)
        self._start_kinds = [kind for kind in KINDS if random.random() < 0.4] or ["after", "late"]
        if starts:
            self._start_rate, self._start_kinds = START_RATES[-1], list(starts)

    def __str__(self) -> str:
        return f"{super().__str__()}; of RunInstances {self._start_rate:.0%} of {', '.join(self._start_kinds)}"

    def trouble(self, call: str) -> str | None:
        """RunInstances has a rate of its own."""
        if call != "run_instance" or self.fair:
            return super().trouble(call)
        return self.random.choice(self._start_kinds) if self.random.random() < self._start_rate else None

    def refusal(self, call: str) -> tuple[BaseException, str]:
        """What is no word on the export may be refused at any call."""
        if call == "run_instance":
            return refused(self.random.choice((*OF_STARTS, *ROLE))), ""
        if call != "import_image":
            return super().refusal(call)
        sort = self.random.random()
        if sort < 0.1:
            return unreached(), ""
        if sort < 0.2:
            code = self.random.choice(OF_IMPORTS)
            return refused(code), code
        return refused(self.random.choice((*ROLE, *OF_ACCOUNTS) if sort < 0.4 else LATER)), ""
