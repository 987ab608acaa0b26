"""A poisoned policy.yaml: no trick of YAML makes an object, takes long, grows, or lets a key slip by."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from image_export.decisions.policy.file import read_policy
from image_export.errors import OurFault

from .builders import BUCKET, REGION
from .fake_world import POLICY

BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{new}: &{new} [*{old},*{old},*{old},*{old},*{old},*{old},*{old},*{old},*{old}]\n"
    for old, new in zip("abcdefghi", "bcdefghij", strict=True)
)
TRICKS = {
    "an alias": POLICY + "\nextra: &x 1\nmore: *x\n",
    "a bomb of aliases": BOMB,
    "an anchor on itself": "&x [*x]",
    "a merge key": POLICY.replace("- name: prod", "- <<: {name: prod}"),
    "a merge of a list": POLICY.replace("- name: prod", "- <<: [{name: prod}, {name: other}]"),
    "a duplicate key": POLICY + "\nversion: 1\n",
    "a duplicate key deep inside": POLICY.replace("- name: prod", "- name: prod\n    name: evil"),
    "a duplicate account key in another spelling": POLICY.replace("- name: prod", '- name: prod\n    "name": evil'),
    "a python object": POLICY.replace("name: prod", 'name: !!python/object/apply:os.system ["id"]'),
    "a python name": POLICY.replace("name: prod", "name: !!python/name:os.system"),
    "a tag of its own": POLICY.replace("name: prod", "name: !env SECRET"),
    "binary": POLICY.replace("name: prod", "name: !!binary aGk="),
    "two documents": POLICY + "\n---\n" + POLICY,
    "a list as a key": POLICY + "\n? [a]\n: b\n",
    "a null byte": POLICY + "\0",
    "an escape": POLICY + "\nx\x1b: 1\n",
    "a number for a name": POLICY.replace("name: prod", "name: 017"),
    "a truth for a name": POLICY.replace("name: prod", "name: yes"),
    "a date for a name": POLICY.replace("name: prod", "name: 2026-11-24"),
    "no policy": "",
    "a scalar": "version",
}


@pytest.mark.parametrize("text", TRICKS.values(), ids=TRICKS)
def test_a_trick_is_refused_in_few_words(text: str) -> None:
    with pytest.raises(OurFault) as raised:
        read_policy(text.encode())
    assert raised.value.code == "PolicyInvalid"
    assert len(raised.value.cause.message) < 2_000


@pytest.mark.parametrize(
    "slip",
    [
        *("2026-02-30", "2026-02-02 25:00:00", "2026-02-02 10:00:00 +99:99", "0x_", "0b_"),
        *("!!bool maybe", "!!int abc", '!!int ""', '!!float ""', "!!timestamp abc", "!!map abc", "!!set [a]"),
        *('"\\ud800"', "0x" + "f" * 9_000, "!!timestamp"),
    ],
)
def test_a_slip_is_told_with_its_place(slip: str) -> None:
    with pytest.raises(OurFault, match="line 4") as raised:
        read_policy(POLICY.replace("name: prod", f"name: {slip}").encode())
    raised.value.cause.message.encode()


VALUES = st.text(st.sampled_from("0123456789abexo_-+:.TZ~ \"'{}[]&*!?,#\\\n"), max_size=12) | st.text(max_size=6)
TAGS = st.sampled_from(
    ["", "!!int ", "!!float ", "!!bool ", "!!null ", "!!timestamp ", "!!binary ", "!!map ", "!!seq "]
)
PLACES = st.sampled_from(["prod", "golden", REGION, BUCKET, "version: 1", "accounts", "[image-created]", "nightly"])


@given(PLACES, TAGS, VALUES)
def test_no_slip_makes_the_reader_raise_what_nobody_catches(place: str, tag: str, value: str) -> None:
    """Whoever watches goes on with a policy that cannot be read, if only it is told so."""
    told(POLICY.replace(place, f"{tag}{value}").encode(errors="surrogatepass")).encode()


def told(text: bytes) -> str:
    """What is wrong with the policy, if anything is."""
    try:
        read_policy(text)
    except OurFault as fault:
        return fault.cause.message
    return ""


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "latin-1"])
def test_another_encoding_is_refused_or_read_as_the_same(encoding: str) -> None:
    text = POLICY + "\n# ü\n"
    read = []
    with contextlib.suppress(OurFault):
        read.append(read_policy(text.encode(encoding)))
    assert read in ([], [read_policy(text.encode())])


def test_thousands_of_faults_are_not_thousands_of_lines() -> None:
    with pytest.raises(OurFault) as raised:
        read_policy((POLICY + "".join(f"\nx{number}: 1" for number in range(10_000))).encode())
    assert len(raised.value.cause.message) < 20_000


def test_the_policy_that_the_tricks_are_played_on_is_right() -> None:
    assert read_policy(POLICY.encode()).accounts[0].name == "prod"
