"""The functions of s.yaml and the built-in function of FC 2.0."""

from typing import TYPE_CHECKING, Any

from aiohttp import web

if TYPE_CHECKING:
    from emulator.cloud import Cloud


class Functions:
    """The functions of the account."""

    def __init__(self, cloud: "Cloud") -> None:
        self.cloud = cloud
        self.http_trigger: str | None = None

    async def start(self) -> None:
        """Start the runtime API and the timers."""

    async def stop(self) -> None:
        """Stop every instance."""

    def kill(self, origin: str) -> None:
        """Kill the instance that holds the keys of this origin."""

    async def fire_timer(self, name_or_handler: str) -> Any:
        """Fire a timer now and answer what the function answered."""

    async def control_invoke(self, request: web.Request) -> Any:
        """The control call: invoke with the body as payload, `?mode=async` to queue."""

    def logs(self) -> list[dict[str, Any]]:
        """What instances wrote."""
        return []

    def state(self) -> dict[str, Any]:
        """Invocations and what the built-in function has received."""
        return {"invocations": [], "received": []}
