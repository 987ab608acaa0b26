"""A person's reader of a ledger, in front of clouds that a test holds."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from image_export.errors import CloudFault
from image_export.use_cases.ledger.ledger import Ledger
from image_export.values.task import Task
from image_export_cli.reading import Reader

from .builders import ACCOUNT, a_task


class FakeClouds:
    """Fits `PersonalClouds`: one way to look, with this answer."""

    def __init__(self) -> None:
        self.answer: Task | CloudFault = a_task(progress="40%")
        self.asked = 0

    def of(self, _policy: Any, _request: Any) -> Iterator["FakeClouds"]:
        """Itself."""
        yield self

    def task(self, _task_id: str) -> Task:
        """The answer."""
        self.asked += 1
        if isinstance(self.answer, CloudFault):
            raise self.answer
        return self.answer


def a_reader(ledger: Ledger, clouds: FakeClouds) -> Reader:
    """Of a deployment whose policy names nobody."""
    policy = SimpleNamespace(account=lambda _: None)
    deployment = SimpleNamespace(policy=policy, account_id=ACCOUNT)
    account = SimpleNamespace(clouds=lambda _: clouds)
    return Reader(SimpleNamespace(ledger=ledger, deployment=deployment, account=account))  # type: ignore[arg-type]
