"""The limits of the account, which a control call may set."""

from dataclasses import dataclass


@dataclass(slots=True, kw_only=True)
class Quotas:
    """The cloud publishes no numbers for exports."""

    concurrent_exports: int = 5  # per region
    weekly_exports: int = 1000
    api_qps: int = 100  # per API action
    exports_enabled: bool = True  # an account that ECS has not enabled is not in its white list
    imports_enabled: bool = True
    images: int = 1000  # own ones, per region
    instances: int = 100  # of functions, at a time
    ecs_instances: int = 100  # per region
