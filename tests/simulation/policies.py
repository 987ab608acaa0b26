"""The policies of the simulation: two accounts, two regions, a rule for new images, one for the night."""

from random import Random

from msgspec.structs import replace

from image_export.decisions.policy.file import read_policy
from image_export.values.match import Match
from image_export.values.policy import Policy, Rule
from tests.builders import ACCOUNT, BUCKET, REGION

OTHER_ACCOUNT, OTHER_REGION = "6543210987654321", "eu-central-1"
LIMITED, LIMIT = "backups", 2
STRANGER = "9999999999999999"
RULED = read_policy(
    f"""
version: 1
accounts:
  - name: prod
    role_arn: acs:ram::{ACCOUNT}:role/image-export
    destinations:
      {REGION}: {{bucket: {BUCKET}, prefix: nightly}}
      {OTHER_REGION}: {{bucket: acme-images-frankfurt}}
  - name: recovery
    role_arn: acs:ram::{OTHER_ACCOUNT}:role/image-export
    external_id: made-up
    destinations: {{{REGION}: {{bucket: acme-recovery, prefix: dr}}}}
rules:
  - {{name: golden, when: [image-created, nightly], match: {{name: "golden-*"}}}}
  - {{name: {LIMITED}, when: [nightly], match: {{name: "backup-*"}}, priority: 5, max_per_run: {LIMIT},
     cancelled: again}}
notify:
  - eventbridge: {{bus: image-export, region: {REGION}}}
  - function: {{service: images, function: after-export}}
""".encode()
)
TAGGED = Rule(name="tagged", when=("image-created",), match=Match(name="plain", tags={"export": "true"}))
Place = tuple[str, str, str]  # account, region, bucket


def places(policy: Policy) -> tuple[Place, ...]:
    """Where the policy exports."""
    return tuple(
        (account.account_id, region, destination.bucket)
        for account in policy.accounts
        for region, destination in account.destinations.items()
    )


def drawn(random: Random) -> Policy:
    """Mostly one account and region, since most meetings are of workers on one export."""
    if random.random() < 0.4:
        return RULED
    account, region, _ = random.choice(places(RULED))
    (kept,) = (one for one in RULED.accounts if one.account_id == account)
    return replace(RULED, accounts=(replace(kept, destinations={region: kept.destinations[region]}),))


def with_tagged(policy: Policy) -> Policy:
    """The same, with a rule that wants what is tagged."""
    return replace(policy, rules=(*policy.rules, TAGGED))


def without_account(policy: Policy, account_id: str) -> Policy:
    """The same, less an account: its waiting exports may not start any more."""
    return replace(policy, accounts=tuple(one for one in policy.accounts if one.account_id != account_id))


def with_another_bucket(policy: Policy, account_id: str) -> Policy:
    """The same, with that account's exports going elsewhere from now on."""
    accounts = []
    for one in policy.accounts:
        moved = {region: replace(to, bucket=f"{to.bucket}-2") for region, to in one.destinations.items()}
        accounts.append(replace(one, destinations=moved) if one.account_id == account_id else one)
    return replace(policy, accounts=tuple(accounts))


def gates(policy: Policy) -> frozenset[Place]:
    """Role, region and bucket of everything that the policy allows."""
    return frozenset(
        (account.role_arn, region, destination.bucket)
        for account in policy.accounts
        for region, destination in account.destinations.items()
    )
