"""The registry of senders: for each kind of notify target its row, which loads the sender when it is needed."""

from collections.abc import Callable
from importlib import import_module

from ...values.notify_target import DingTalk, EventBus, Feishu, Function, NotifyTarget, Slack, Webhook, WeCom
from .origin import Origin, Sender


def _in(module: str) -> Callable[[Origin], Sender]:
    """The `sender` of a module beside this one."""

    def load(origin: Origin) -> Sender:
        sender: Callable[[Origin], Sender] = import_module(f".{module}", __package__).sender
        return sender(origin)

    return load


SENDERS: dict[type[NotifyTarget], Callable[[Origin], Sender]] = {
    EventBus: _in("eventbridge"),
    Function: _in("fc"),
    Webhook: _in("webhook"),
    DingTalk: _in("dingtalk"),
    Feishu: _in("feishu"),
    WeCom: _in("wecom"),
    Slack: _in("slack"),
}
