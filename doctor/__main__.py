"""`python -m doctor`: look at a deployment and name what is wrong. Reads only, but for one test event a bus.

The credentials are those of whoever deploys (ALIBABA_CLOUD_ACCESS_KEY_ID, _SECRET, _SECURITY_TOKEN). With an accepted
token in IMAGE_EXPORT_HTTP_TOKEN it asks /healthz which SDKs are loaded. Exits 1 where something is wrong, 0 where
nothing is, as far as can be told.
"""

import argparse
import json
import logging
import os
import re
import sys
from pathlib import Path

from rich.console import Console

from .examination import Examination
from .pipes import until_closed
from .policies import minimal_policies
from .report import Report, as_json, is_healthy
from .site import Evidence

ALL = ""
REQUIREMENTS = Path(__file__).parent.parent / "layers" / "sdk" / "requirements.txt"


def arguments() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m doctor", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--functions", type=Path, default=Path("s.yaml"), help="the s.yaml that is deployed")
    parser.add_argument("--json", action="store_true", help="findings as JSON")
    parser.add_argument("--no-test-event", action="store_true", help="send nothing to the buses of policy.yaml")
    parser.add_argument("--log", type=argparse.FileType(), help="lines of the functions' log, or - for stdin")
    parser.add_argument(
        "--policy",
        nargs="?",
        const=ALL,
        metavar="ROLE",
        help="instead: print the minimal RAM policy of this role, or of every role, as JSON",
    )
    parser.add_argument(
        "--account",
        metavar="ID",
        type=account_id,
        help="with --policy: the functions' account, so that nobody is asked",
    )
    return parser


def account_id(text: str) -> str:
    """An account's id; anything else would go into the names of roles and buckets."""
    if not re.fullmatch(r"[0-9]{5,20}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no account id: it must be 5 to 20 digits")
    return text


def main() -> int:
    """0: nothing wrong. 1: something is. 2: the command line is."""
    parser = arguments()
    options = parser.parse_args()
    if options.account and options.policy is None:
        parser.error("--account goes with --policy: what is deployed is looked at in the account of your keys")
    logging.disable()  # the SDKs log refusals with details of the request; findings say what came of it
    examination = Examination(options.functions, os.environ, evidence(options))
    if options.policy is not None:
        return print_policies(examination, options.policy, options.account)
    if options.json:
        findings = list(examination.findings())
        print(as_json(findings))  # noqa: T201 - the answer
        return int(not is_healthy(findings))
    report = Report(Console(emoji=False, highlight=False))
    report.show(examination.findings())
    report.conclude()
    return int(not report.healthy)


def evidence(options: argparse.Namespace) -> Evidence:
    """What the command line, the environment and this checkout give to go by."""
    return Evidence(
        test_event=not options.no_test_event,
        requirements=REQUIREMENTS.read_text() if REQUIREMENTS.is_file() else "",
        log=tuple(options.log or ()),
        token=os.environ.get("IMAGE_EXPORT_HTTP_TOKEN", ""),
    )


def print_policies(examination: Examination, role: str, account_id: str | None) -> int:
    """To stdout the JSON alone; what is in its way goes to stderr."""
    report = Report(Console(stderr=True, emoji=False, highlight=False))
    found = list(examination.read(account_id))
    policies = minimal_policies(examination.deployment) if examination.deployment else {}
    if not policies:
        report.show(finding for finding in found if finding.status != "ok")
    elif role != ALL and role not in policies:
        print(f"{role!r} is none of {', '.join(policies)}", file=sys.stderr)  # noqa: T201 - for people
    else:
        print(json.dumps(policies[role] if role != ALL else policies, indent=2))  # noqa: T201 - the answer
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(until_closed(main))
