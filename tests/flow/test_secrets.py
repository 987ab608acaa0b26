"""P5: no secret in any log line, whatever goes wrong. The keys are those that the emulator really issued."""

from .world import World

WRONGS = [
    ("ecs", "DescribeImages", "reset_before"),
    ("ecs", "ExportImage", "garbage"),
    ("ecs", "DescribeTasks", "code:SignatureDoesNotMatch"),
    ("oss", "GetObject", "reset_after"),
    ("oss", "PutObject", "http_500"),
    ("sts", "AssumeRole", "code:NoPermission"),
    ("sts", "AssumeRole", "garbage"),
    ("eventbridge", "PutEvents", "code:InvalidSecurityToken.Expired"),
    ("fc", "InvokeFunction", "reset_before"),
    ("fc", "InvokeFunction", "code:AccessDenied"),
]


def test_no_log_line_holds_a_secret_whatever_goes_wrong(world: World) -> None:
    for service, action, kind in WRONGS:
        world.emulator.advance(4000)  # past the cached sessions
        world.emulator.fault(service, action, kind, times=2)
        image = world.image()
        world.tell(image)
        world.pass_time(700)
        world.emulator.delete("faults")
    keys = world.emulator.get("keys")
    log = "\n".join(one["line"] for one in world.emulator.get("logs"))
    secrets = [secret for key in keys for secret in (key["secret"], key["security_token"]) if secret]
    assert len(secrets) > 20
    assert "look.failed" in log
    assert [secret for secret in secrets if secret in log] == []
