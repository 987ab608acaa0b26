"""Faults of policy.yaml show what somebody has written, on which line, and what would be right."""

import pytest

from image_export.decisions.policy.check import check_policy
from image_export.decisions.policy.file import read_policy
from image_export.errors import OurFault
from image_export.values.notify_target import EventBus, Function

POLICY = """\
version: 1
accounts:
  - name: prod
    role_arn: acs:ram::1234567890123456:role/image-export
    destinations:
      cn-hangzhou: {bucket: acme-images-hangzhou}
rules:
  - name: golden
    when: [nightly]
    priority: 7
    max_per_run: 50
    match:
      name: "golden-*"
      tags: {export: "true"}
notify:
  - eventbridge: {bus: image-export, region: cn-hangzhou}
  - function: {service: images, function: after-export}
"""


def faults(old: str, new: str) -> str:
    """What is said of the policy with that change."""
    assert old in POLICY
    with pytest.raises(OurFault) as raised:
        read_policy(POLICY.replace(old, new, 1).encode())
    return raised.value.cause.message


ADDRESS, SECRET = "https://hooks.slack.com/services/T00/B00/s3cr3t", "SECs3cr3t"


@pytest.mark.parametrize(
    ("new", "said"),
    [
        (
            f"- slack: {{name: ops, url:{ADDRESS}}}",
            "line 16: policy.notify[0].slack.url:…: unknown key, a blank belongs behind url:",
        ),
        (
            f"- dingtalk: {{name: ops, url: env:IMAGE_EXPORT_X, secret:{SECRET}}}",
            "line 16: policy.notify[0].dingtalk.secret:…: unknown key, a blank belongs behind secret:",
        ),
        (
            f"- {ADDRESS}: {{}}",
            "line 16: policy.notify[0].https:…: unknown key, known are eventbridge, function, webhook, dingtalk, ",
        ),
        (f"- slack: {{{'s3cr3t' * 5}: x}}", "line 16: policy.notify[0].slack.…: unknown key, known are name, url, "),
        (f"- slack: {{{ADDRESS}: x, {ADDRESS}: y}}", "line 16: https:… is given twice"),
        (
            f"[]\n{ADDRESS}: 1",
            "policy.https:…: unknown key, known are version, accounts, rules, notify, heartbeat, drills.",
        ),
        (
            f"[]\nheartbeat: {{url:{ADDRESS}}}",
            "policy.heartbeat.url:…: unknown key, a blank belongs behind url:",
        ),
    ],
    ids=["no blank", "a secret", "as a kind", "long", "twice", "at the top", "heartbeat"],
)
def test_a_key_that_may_be_an_address_or_a_secret_is_not_shown(new: str, said: str) -> None:
    head = POLICY.partition("notify:\n")[0]
    text = f"{head}notify:\n  {new}\n" if new.startswith("- ") else f"{head}notify: {new}\n"
    with pytest.raises(OurFault) as raised:
        read_policy(text.encode())

    assert said in raised.value.cause.message
    assert "s3cr3t" not in f"{raised.value.cause.message} {check_policy(text.encode())[0]}"


@pytest.mark.parametrize(
    "secret",
    [
        "https://oapi.example.com/robot/send?access_token=s3cr3t",
        "whsec_s3cr3t",
        "SEC8d2f0c1es3cr3t",
        "access_token=s3cr3t",
        "0b0f2f0e-5a1c-4c3e-9d53-7f1f5f6c2a99",
        "0b0f2f0e5a1c4c3e9d537f1f5f6c2a99" * 2,
    ],
)
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("version: 1", "version: '{}'"),
        ("version: 1", "version: 1\n'{}': 1"),
        ("version: 1", "version: !{} 1"),
        ("version: 1", "version: *{}"),
        ("version: 1", 'version: "{}\n'),
        ("role_arn: acs", "role_arn: '{}'\n    external_id: acs"),
        ("when: [nightly]", "format: '{}'\n    when: [nightly]"),
        ("priority: 7", "priority: '{}'"),
        ("bus: image-export", "bus: '{}.'"),
        ("bus: image-export", "'{}': image-export"),
    ],
)
def test_what_looks_like_a_secret_is_not_shown_wherever_it_stands(old: str, new: str, secret: str) -> None:
    assert old in POLICY
    text = POLICY.replace(old, new.replace("{}", secret), 1).encode()
    with pytest.raises(OurFault) as raised:
        read_policy(text)
    said = f"{raised.value} {raised.value.cause} {check_policy(text)[0]}"
    assert secret not in said
    assert "s3cr3t" not in said


@pytest.mark.parametrize("word", ["secret", "old_secret", "url"])
def test_a_short_secret_in_place_of_a_variables_name_is_not_shown(word: str) -> None:
    head = POLICY.partition("notify:\n")[0]
    given = {
        "url": "env:IMAGE_EXPORT_X",
        "secret": "env:IMAGE_EXPORT_Y",
        "old_secret": "env:IMAGE_EXPORT_Z",
        word: "hunter2",
    }
    entry = ", ".join(f"{name}: {value}" for name, value in given.items())
    with pytest.raises(OurFault) as raised:
        read_policy(f"{head}notify:\n  - webhook: {{name: ops, {entry}}}\n".encode())
    assert f"webhook.{word}: is a text that is not shown here" in str(raised.value)
    assert "hunter2" not in str(raised.value)


def test_a_word_that_is_misspelled_beside_an_address_is_shown() -> None:
    message = faults("bus: image-export, region", "buss: image-export, region")
    assert message.startswith("line 16: policy.notify[0].eventbridge.buss: unknown key, did you mean bus?")


def test_the_policy_of_these_tests_is_valid() -> None:
    assert read_policy(POLICY.encode()).rules[0].priority == 7


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        *(("NO", "true or false"), ("on", "true or false"), ("Yes", "true or false"), ("2026-12-31", "a date")),
        *(("0123", "a number"), ("1:30", "a number"), ("0x10", "a number"), ("1_000", "a number"), ("12", "a number")),
        *((".inf", "a number"), ("1e3", None), ("2026-12-31 10:00:00", "a date"), ("=", "a default")),
    ],
)
@pytest.mark.parametrize("place", ["value", "key"])
def test_a_tag_without_quotes_is_shown_as_it_is_written(written: str, read_as: str | None, place: str) -> None:
    tags = f"{{export: {written}}}" if place == "value" else f"{{{written}: x}}"
    if read_as is None:
        assert read_policy(POLICY.replace('{export: "true"}', tags).encode())
        return
    message = faults('{export: "true"}', tags)
    name = "export" if place == "value" else written
    assert message.startswith(f"line 14: policy.rules[0].match.tags.{name}: is {written}; it must be ")
    assert message.endswith(f'without quotes YAML reads {read_as}: put it in quotes, "{written}"')
    assert read_policy(POLICY.replace('{export: "true"}', tags.replace(written, f'"{written}"')).encode())


@pytest.mark.parametrize("name", ["NO", "2026-12-31", "0123"])
def test_a_name_without_quotes_is_told_to_have_them(name: str) -> None:
    said = faults("name: golden\n", f"name: {name}\n")
    assert said.startswith(f"line 8: policy.rules[0].name: is {name}; ")
    assert said.endswith(f'put it in quotes, "{name}"')


@pytest.mark.parametrize("number", ["010", "1:30", "0x10", "1_000", "0b11", "+7", "7.0", "00", "1e1", "1:30:00"])
@pytest.mark.parametrize(("field", "line"), [("priority: 7", 10), ("max_per_run: 50", 11)])
def test_a_whole_number_is_written_in_plain_decimal(number: str, field: str, line: int) -> None:
    name = field.partition(":")[0]
    said = faults(field, f"{name}: {number}")
    assert said.startswith(f"line {line}: policy.rules[0].{name}: is ")
    assert number in said
    assert "whole number" in said
    assert "put it in quotes" not in said


@pytest.mark.parametrize(("number", "read"), [("0", 0), ("9999", 9999), ("10", 10)])
def test_plain_decimals_are_read(number: str, read: int) -> None:
    assert read_policy(POLICY.replace("priority: 7", f"priority: {number}").encode()).rules[0].priority == read


def test_a_key_that_yaml_takes_for_a_truth_is_shown_as_it_is_written() -> None:
    said = faults("    when: [nightly]\n", "    on: [nightly]\n")
    assert "line 9: policy.rules[0].on: unknown key" in said
    assert "True" not in said


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("    when: [nightly]\n", "", "line 8: policy.rules[0].when: missing"),
        ("version: 1", "version: 2", "line 1: policy.version: is 2"),
        ("region: cn-hangzhou}", "region: x}", "line 16: policy.notify[0].eventbridge.region: is 'x'"),
        ("rules:\n", "rules:\n\n\n", "line 12: policy.rules[0].priority: is 70000"),
    ],
)
def test_every_fault_has_its_line(old: str, new: str, said: str) -> None:
    changed = POLICY.replace("priority: 7\n", "priority: 70000\n") if "70000" in said else POLICY
    with pytest.raises(OurFault) as raised:
        read_policy(changed.replace(old, new, 1).encode())
    assert said in raised.value.cause.message


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("{golden,base}-*", "write a rule for each, or [ab]"),
        ("^golden-.*$", 'perhaps "golden-*"'),
        ("golden-.+", "perhaps"),
        ("!test-*", "no word for all names but these"),
        ("\u201cgolden-*\u201d", 'perhaps "golden-*"'),
        ("golden-%", 'perhaps "golden-*"'),
        ("(golden|base)-*", "no regular expression"),
        ("golden\\-*", "no regular expression"),
        ("golden images", "letters, digits and . : _ -"),
        ("images/golden-*", "letters, digits and . : _ -"),
        ("golden-[ab", "must be closed"),
        ("golden-*,base-*", "write a rule for each"),
    ],
)
def test_a_name_that_no_image_can_have_is_refused_with_the_right_spelling(name: str, said: str) -> None:
    message = faults('"golden-*"', f"'{name}'")
    assert message.startswith("line 13: policy.rules[0].match.name: is ")
    assert "no image's name holds " in message
    assert said in message


@pytest.mark.parametrize(
    "name", ["golden-*", "*", "?old[eE]n", "[!t]*", "a.b:c_d-e", "黄金镜像-*", "[]a]b", "web-2026"]
)
def test_a_glob_that_an_image_can_meet_is_taken(name: str) -> None:
    assert read_policy(POLICY.replace("golden-*", name).encode()).rules[0].match.name == name


@pytest.mark.parametrize("family", ["web*", "^web$", "web family", "\u201cweb\u201d"])
def test_a_family_that_no_image_can_have_is_refused(family: str) -> None:
    message = faults('name: "golden-*"', f"family: '{family}'")
    assert "line 13: policy.rules[0].match.family: is " in message


@pytest.mark.parametrize("word", ["absent", "not-null", "present"])
def test_another_tools_word_for_a_tag_is_refused_unless_it_stands_in_quotes(word: str) -> None:
    message = faults('{export: "true"}', f"{{export: {word}}}")
    assert message.startswith(f"line 14: policy.rules[0].match.tags.export: is {word}; ")
    assert f'stands in quotes: "{word}"' in message
    read = read_policy(POLICY.replace('"true"', f'"{word}"').encode())
    assert read.rules[0].match.tags == {"export": word}
    assert read_policy(POLICY.replace('"true"', f"'{word}'").encode()).rules[0].match.tags == {"export": word}


@pytest.mark.parametrize("tags", [f'{{x: "{"a" * 128}"}}', f'{{"{"a" * 128}": x}}'])
def test_a_tag_of_128_characters_is_taken(tags: str) -> None:
    assert read_policy(POLICY.replace('{export: "true"}', tags).encode())


@pytest.mark.parametrize("tags", ['{x: "http://a"}', '{"https://a": x}', f'{{x: "{"a" * 129}"}}'])
def test_a_tag_that_no_image_can_have_is_refused(tags: str) -> None:
    assert "line 14: policy.rules[0].match.tags." in faults('{export: "true"}', tags)


def test_one_bucket_in_two_regions_is_a_contradiction() -> None:
    here = "cn-hangzhou: {bucket: acme-images-hangzhou}\n"
    message = faults(here, here + "      cn-beijing: {bucket: acme-images-hangzhou}\n")
    assert message == (
        "line 7: policy.accounts[0].destinations.cn-beijing.bucket: is acme-images-hangzhou, the bucket of cn-hangzhou "
        "already; a bucket is in one region"
    )


@pytest.mark.parametrize(
    "target",
    [
        *("function: {function: ../../x?y}", "function: {function: a/b}", "function: {function: 1a}"),
        *('function: {function: "a\\nb"}', "function: {function: a, service: ../b}", "function: {function: a b}"),
        *("function: {function: a, qualifier: ../b}", 'function: {function: a, qualifier: "b?c"}'),
        *("function: {function: a, qualifier: ''}", f"function: {{function: {'a' * 65}}}"),
        *('eventbridge: {bus: "a\\nb", region: cn-hangzhou}', "eventbridge: {bus: a/b, region: cn-hangzhou}"),
        *("eventbridge: {bus: -a, region: cn-hangzhou}", f"eventbridge: {{bus: {'a' * 128}, region: cn-hangzhou}}"),
        "eventbridge: {bus: eventbridge-reserved-a, region: cn-hangzhou}",
    ],
)
def test_a_notify_target_that_the_cloud_cannot_have_is_refused(target: str) -> None:
    message = faults("eventbridge: {bus: image-export, region: cn-hangzhou}", target)
    assert message.startswith("line 16: policy.notify[0].")


def test_notify_targets_of_every_form_that_the_cloud_has_are_taken() -> None:
    text = POLICY + "  - function: {function: _a-B1, qualifier: LATEST}\n  - function: {function: a, qualifier: '12'}\n"
    bus = f"9{'b' * 126}"
    read = read_policy(text.replace("bus: image-export", f"bus: {bus}").encode())
    assert read.notify == (
        EventBus(bus=bus, region="cn-hangzhou"),
        Function(function="after-export", service="images"),
        Function(function="_a-B1", qualifier="LATEST"),
        Function(function="a", qualifier="12"),
    )


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "priority: 7",
            "priority: 010",
            (
                "line 10: policy.rules[0].priority: is 010; it must be a whole number from 0 to 9999; a number is "
                "written in plain decimal: no 0 before it, no : _ . or x in it"
            ),
        ),
        (
            "priority: 7",
            "priority: high",
            "line 10: policy.rules[0].priority: is 'high'; it must be a whole number from 0 to 9999",
        ),
        (
            "priority: 7",
            "priority: true",
            "line 10: policy.rules[0].priority: is true; it must be a whole number from 0 to 9999",
        ),
        (
            "priority: 7",
            "priority: -1",
            "line 10: policy.rules[0].priority: is -1; it must be a whole number from 0 to 9999",
        ),
        (
            "version: 1",
            "version: 1.0",
            (
                "line 1: policy.version: is 1.0; it must be 1; a number is written in plain decimal: no 0 before "
                "it, no : _ . or x in it"
            ),
        ),
        (
            "name: golden\n",
            "name: 12\n",
            (
                "line 8: policy.rules[0].name: is 12; it must be 1 to 64 characters; without quotes YAML reads a "
                'number: put it in quotes, "12"'
            ),
        ),
        (
            "name: golden\n",
            "name: true\n",
            (
                "line 8: policy.rules[0].name: is true; it must be 1 to 64 characters; without quotes YAML reads "
                'true or false: put it in quotes, "true"'
            ),
        ),
        (
            "    when: [nightly]\n",
            "",
            "line 8: policy.rules[0].when: missing",
        ),
        (
            "    when: [nightly]\n",
            "    when:\n",
            "line 9: policy.rules[0].when: is empty; give it a value, or leave it out where it is optional",
        ),
        (
            "max_per_run: 50",
            "max_per_run: []",
            "line 11: policy.rules[0].max_per_run: is a list; it must be a whole number from 1 on",
        ),
        (
            "    when: [nightly]",
            "    when: [image-created]",
            (
                "line 11: policy.rules[0].max_per_run: is 50, which only nightly runs count; add nightly to when, "
                "or leave it out"
            ),
        ),
        (
            "- eventbridge: {bus: image-export, region: cn-hangzhou}",
            "- {}",
            (
                "line 16: policy.notify[0]: is nothing; it must be exactly one of eventbridge, function, webhook, "
                "dingtalk, feishu, wecom, slack"
            ),
        ),
        (
            "- eventbridge: {bus: image-export, region: cn-hangzhou}",
            "- {eventbridge: {bus: b, region: cn-hangzhou}, function: {function: f}}",
            (
                "line 16: policy.notify[0]: is eventbridge and function; it must be exactly one of eventbridge, "
                "function, webhook, dingtalk, feishu, wecom, slack"
            ),
        ),
        (
            "bus: image-export",
            "bus: default",
            "line 16: policy.notify[0].eventbridge.bus: is default, which takes no custom events; name another",
        ),
        (
            "bus: image-export",
            "bus: eventbridge-reserved-x",
            (
                "line 16: policy.notify[0].eventbridge.bus: is eventbridge-reserved-x; names with "
                "eventbridge-reserved- are EventBridge's own; name another"
            ),
        ),
        (
            'name: "golden-*"',
            "os_type: windows",
            (
                "line 13: policy.rules[0].match.os_type: is windows, and ECS exports no Windows images; leave the "
                "rule out"
            ),
        ),
        (
            "golden-*",
            "^golden-.*$",
            (
                "line 13: policy.rules[0].match.name: is '^golden-.*$', and no image's name holds ^; this is no "
                'regular expression: * stands for any text, and the whole name is compared; perhaps "golden-*"'
            ),
        ),
        (
            "golden-*",
            "golden%",
            (
                "line 13: policy.rules[0].match.name: is 'golden%', and no image's name holds %; * stands for any "
                'text; perhaps "golden*"'
            ),
        ),
        (
            "golden-*",
            "Xgolden.+X",
            (
                "line 13: policy.rules[0].match.name: is 'Xgolden.+X', and no image's name holds +; this is no "
                'regular expression: * stands for any text, and the whole name is compared; perhaps "Xgolden*X"'
            ),
        ),
        (
            "golden-*",
            "(a)",
            (
                "line 13: policy.rules[0].match.name: is '(a)', and no image's name holds (; this is no regular "
                "expression: * stands for any text, and the whole name is compared"
            ),
        ),
        (
            "golden-*",
            "{a,b}",
            (
                "line 13: policy.rules[0].match.name: is '{a,b}', and no image's name holds {; there is no choice "
                "in braces: write a rule for each, or [ab] for one character of two"
            ),
        ),
        (
            "golden-*",
            "[a",
            (
                "line 13: policy.rules[0].match.name: is '[a', and no image's name holds [; a bracket that is "
                "opened must be closed: [ab]"
            ),
        ),
        (
            'name: "golden-*"',
            "family: 'web*'",
            (
                "line 13: policy.rules[0].match.family: is 'web*', and no image family holds *; a family is "
                "compared exactly"
            ),
        ),
        (
            'name: "golden-*"',
            "family: 'web?'",
            (
                "line 13: policy.rules[0].match.family: is 'web?', and no image family holds ?; a family is "
                "compared exactly"
            ),
        ),
        (
            'name: "golden-*"',
            "family: '^web'",
            (
                "line 13: policy.rules[0].match.family: is '^web', and no image family holds ^; this is no regular "
                "expression: * stands for any text, and the whole name is compared"
            ),
        ),
        (
            'name: "golden-*"',
            "family: 'we b'",
            (
                "line 13: policy.rules[0].match.family: is 'we b', and no image family holds  ; names have "
                "letters, digits and . : _ -"
            ),
        ),
        (
            '{export: "true"}',
            "{export: absent}",
            (
                "line 14: policy.rules[0].match.tags.export: is absent; other tools say so for an image that has "
                'no such tag, and there is no such word here; the value absent itself stands in quotes: "absent"'
            ),
        ),
        (
            '{export: "true"}',
            "{export: not-null}",
            (
                "line 14: policy.rules[0].match.tags.export: is not-null; other tools say so for an image that has "
                "the tag, whatever its value, and there is no such word here; the value not-null itself stands in "
                'quotes: "not-null"'
            ),
        ),
        (
            '{export: "true"}',
            "{export: present}",
            (
                "line 14: policy.rules[0].match.tags.export: is present; other tools say so for an image that has "
                'the tag, and there is no such word here; the value present itself stands in quotes: "present"'
            ),
        ),
        (
            '{export: "true"}',
            '{export: "http://x"}',
            "line 14: policy.rules[0].match.tags.export: is 'http://x', and no tag holds http:// or https://",
        ),
        (
            '{export: "true"}',
            "[]",
            'line 14: policy.rules[0].match.tags: is a list; it must be tags, such as {export: "true"}',
        ),
        (
            "prod\n",
            "prod\n    extra: 1\n",
            "line 4: policy.accounts[0].extra: unknown key, did you mean external_id?",
        ),
        (
            'name: "golden-*"',
            "older_than: 1h\n      newer_than: 1h",
            "line 13: policy.rules[0].match.older_than: 1h leaves nothing that is newer_than 1h",
        ),
        (
            'name: "golden-*"',
            "older_than: 61m\n      newer_than: 1h",
            "line 13: policy.rules[0].match.older_than: 61m leaves nothing that is newer_than 1h",
        ),
        (
            'name: "golden-*"',
            "larger_than: 10GiB\n      smaller_than: 11GiB",
            "line 13: policy.rules[0].match.larger_than: 10GiB leaves nothing that is smaller_than 11GiB",
        ),
        (
            'name: "golden-*"',
            "larger_than: 2TiB\n      smaller_than: 1TiB",
            "line 13: policy.rules[0].match.larger_than: 2TiB leaves nothing that is smaller_than 1TiB",
        ),
        (
            "golden-*",
            "^",
            (
                "line 13: policy.rules[0].match.name: is '^', and no image's name holds ^; this is no regular "
                "expression: * stands for any text, and the whole name is compared"
            ),
        ),
        (
            "golden-*",
            "(a).*",
            (
                "line 13: policy.rules[0].match.name: is '(a).*', and no image's name holds (; this is no regular "
                "expression: * stands for any text, and the whole name is compared"
            ),
        ),
        (
            'name: "golden-*"',
            "family: [web]",
            "line 13: policy.rules[0].match.family: is a list; it must be a text that is not empty",
        ),
    ],
)
def test_a_fault_is_told_in_these_words_and_no_others(old: str, new: str, said: str) -> None:
    assert faults(old, new) == said


@pytest.mark.parametrize(
    "match",
    [
        "older_than: 59m\n      newer_than: 1h",
        "older_than: 1h",
        "newer_than: 1h",
        "larger_than: 10GiB\n      smaller_than: 12GiB",
        "larger_than: 10GiB",
        "smaller_than: 1GiB",
    ],
)
def test_bounds_between_which_there_may_be_an_image_are_taken(match: str) -> None:
    assert read_policy(POLICY.replace('name: "golden-*"', match).encode())


@pytest.mark.parametrize(("count", "more"), [(50, ""), (51, "; and 1 more"), (53, "; and 3 more")])
def test_the_first_fifty_faults_are_told_and_how_many_more_there_are(count: int, more: str) -> None:
    unknown = "".join(f"x{number:02}: 1\n" for number in range(count))
    said = faults("notify:\n", f"{unknown}notify:\n")
    assert said.count("unknown key") == 50
    assert said.endswith(more)
    assert ("more" in said) is bool(more)


UNKNOWN = "known are version, accounts, rules, notify, heartbeat, drills."
LACKS = "line 1: policy.version: missing; line 1: policy.accounts: missing"
OBJECT = "it must be an object of {version: …, accounts: …} with rules, notify, heartbeat, drills where wanted"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"v: 1\na: &x [1]\nb: *x", 'line 3: aliases are not allowed (*x); a glob stands in quotes: "*x"'),
        (b"a:\n  !!set {x}", "policy is not YAML without tags: line 2 has '!!set'; leave it out"),
        (b"a: !!binary x", "policy is not YAML without tags: line 1 has '!!binary'; leave it out"),
        (b"a: !mine x", "policy is not YAML without tags: line 1 has '!mine'; leave it out"),
        (b"a: !!map [1]", "policy is not YAML without tags: line 1 has '!!map'; leave it out"),
        (b"v: 1\n? [1]\n: 2", "line 2: a key is a sequence; it must be a text"),
        (b"b: 1\n1: 2\n1: 3\nb: 2", "line 1: 1, b is given twice"),
        (b"a: 1\nx:\n  b: 1\n  b: 2", "line 3: b is given twice"),
        (b"null: 1", f"line 1: policy.: unknown key, {UNKNOWN}; {LACKS}"),
        (b"1: 1", f"line 1: policy.1: unknown key, {UNKNOWN}; {LACKS}"),
        (b"", f"line 1: policy: is empty; {OBJECT}"),
        (b"- 1", f"line 1: policy: is a list; {OBJECT}"),
        (b"a: ".ljust(262144, b"x"), f"line 1: policy.a: unknown key, {UNKNOWN}; {LACKS}"),
        (b"a: ".ljust(262145, b"x"), "policy is 262145 bytes long, at most 262144 are read"),
        (
            b"\xff",
            "policy is not YAML: unacceptable character #x00ff: invalid leading UTF-8 octet in policy.yaml, position 0",
        ),
    ],
    ids=range(15),
)
def test_what_is_no_policy_says_what_it_is_instead(text: bytes, said: str) -> None:
    with pytest.raises(OurFault) as raised:
        read_policy(text)
    cause = raised.value.cause
    assert (cause.code, cause.message) == ("PolicyInvalid", said)
    assert cause.recommend == "Correct policy.yaml and deploy again; nothing is exported until then."


def test_half_a_character_is_refused_where_yaml_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the loader does that is not compiled."""
    monkeypatch.delattr("yaml.CSafeLoader")
    with pytest.raises(OurFault, match=r"line 2: '.*' holds half a character$"):
        read_policy(b'version: 1\na: "\\ud800"')
