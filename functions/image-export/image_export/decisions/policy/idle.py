"""What a valid policy may leave out without being meant to: occasions for which it has no rule. Pure."""

from ...values.policy import Policy, PolicyFile


def idle(policy: Policy | PolicyFile) -> list[str]:
    """One line for each; the doctor and every night say it."""
    if not policy.rules:
        return ["the policy has no rules: nothing is exported but what somebody asks for"]
    if not any("nightly" in rule.when for rule in policy.rules):
        return ["no rule of the policy is for nightly: nights export nothing"]
    return []
