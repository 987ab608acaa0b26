"""The vendors' SDKs are loaded when they are needed: a cold start pays for what it uses."""

import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "functions" / "image-export"
VENDORS = ("aliyunsdkcore", "aliyunsdkecs", "aliyunsdksts", "alibabacloud_oss_v2", "fc2", "requests")


@pytest.mark.parametrize("module", ["addresses", "clouds", "credentials", "logs", "notifier", "oss_store", "retrying"])
def test_a_module_that_wires_loads_no_sdk(module: str) -> None:
    program = f"import sys, image_export.edges.{module}; print(*(set(sys.modules) & set({VENDORS!r})))"
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", program],
        cwd=PACKAGE,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == ""
