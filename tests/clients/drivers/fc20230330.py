"""alibabacloud-fc20230330, signing with ACS3-HMAC-SHA256."""

import json
from typing import Any

import tea
from alibabacloud_fc20230330 import models
from alibabacloud_fc20230330.client import Client
from asking import Asked, body_of, serve
from darabonba.runtime import RuntimeOptions


def invoke(asked: Asked, kind: str) -> dict[str, Any]:
    """What the function answered."""
    request = models.InvokeFunctionRequest(body=body_of(asked))
    headers = models.InvokeFunctionHeaders(x_fc_invocation_type=kind)
    answer = Client(tea.config(asked)).invoke_function_with_options(
        asked["params"].get("Function", ""), request, headers, RuntimeOptions()
    )
    return {"Status": answer.status_code, "Body": answer.body.read().decode()}


def get_function(asked: Asked) -> dict[str, Any]:
    """How it is deployed."""
    body = Client(tea.config(asked)).get_function(asked["params"]["Function"], models.GetFunctionRequest()).body
    return {"Name": body.function_name, "Runtime": body.runtime, "Handler": body.handler, "Timeout": body.timeout}


def get_trigger(asked: Asked) -> dict[str, Any]:
    """Its kind and settings."""
    body = Client(tea.config(asked)).get_trigger(asked["params"]["Function"], asked["params"]["Trigger"]).body
    return {"Type": body.trigger_type, "AuthType": json.loads(body.trigger_config)["authType"]}


def list_triggers(asked: Asked) -> dict[str, Any]:
    """Their names."""
    body = Client(tea.config(asked)).list_triggers(asked["params"]["Function"], models.ListTriggersRequest()).body
    return {"Names": [trigger.trigger_name for trigger in body.triggers]}


def unknown(asked: Asked) -> dict[str, Any]:
    """A path that FC does not have."""
    return tea.unknown_action(Client(tea.config(asked)), "2023-03-30", "ROA", "/2023-03-30/nonsense")


CALLS = {
    "InvokeFunction": lambda asked: invoke(asked, "Async"),
    "InvokeFunction (sync)": lambda asked: invoke(asked, "Sync"),
    "GetFunction": get_function,
    "GetTrigger": get_trigger,
    "ListTriggers": list_triggers,
    "NoSuchAction": unknown,
}

if __name__ == "__main__":
    serve(CALLS, tea.code_of)
