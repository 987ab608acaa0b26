"""What a chat shows of events: a card of one, a digest of several, in English and Chinese, word for word."""
# ruff: noqa: RUF001 (Chinese has punctuation of its own)

import time
from typing import Any

import click
import pytest

from image_export.decisions.cards.card import Card
from image_export.decisions.cards.making import card_of
from image_export.decisions.results.notifications import export_event, night_event, rejected_event
from image_export.values.cause import Cause
from image_export.values.export import ExportedObject
from image_export.values.facts import Ended, Stalled
from image_export.values.night import NightFinished
from image_export.values.notify_target import Lang
from image_export.values.record import Record
from image_export.values.run import Totals
from image_export_cli.main import command as main_command

from .builders import a_record, a_started_record, minutes
from .fakes import START

ID = "exp-mwkh3htwuwqi6f7n-0001"
FORBIDDEN = {
    "Code": "Forbidden.RAM",
    "Message": "User not authorized to operate on the specified resource.",
    "RequestId": "C8B26B44-0189-443E-9816-D951F59623A9",
    "Recommend": "Give the assumed role the action that the message names.",
}
ENCRYPTED = {"Code": "ImageNotSupported", "Message": "The image is encrypted."}
GONE = {"Code": "OssBucket.NotFound", "Message": "The bucket does not exist.", "Recommend": "Create the bucket."}


def an_event(kind: str, number: int = 1, **data: Any) -> dict[str, Any]:
    """An event of an export, an hour after it was asked for."""
    fields: dict[str, Any] = {
        "ExportId": f"exp-mwkh3htwuwqi6f7n-{number:04d}",
        "AccountId": "1234567890123456",
        "RegionId": "cn-hangzhou",
        "ImageId": f"m-bp{number}",
        "ImageName": f"golden-{number}",
        "OSSBucket": "acme-images-hangzhou",
        "Rule": "golden",
        "Reason": None,
        "Objects": [],
        "RequestedAt": "2026-11-29T16:00:43Z",
        "Error": None,
    }
    event = {"id": f"{ID}.{kind}", "type": f"imageexport:Export:{kind}", "time": "2026-11-29T17:12:41.5Z"}
    return {**event, "subject": f"acs:ecs:cn-hangzhou:1:image/m-bp{number}", "data": {**fields, **data}}


def another(kind: str, data: dict[str, Any], **envelope: Any) -> dict[str, Any]:
    """An event that is not about an export."""
    return {"id": "x", "type": f"imageexport:{kind}", "time": "2026-11-29T18:00:12Z", "data": data, **envelope}


REJECTED_ID = "rejected-6286" + 60 * "a"
REJECTED = another("Export:Rejected", {"Error": FORBIDDEN, "Sha256": "6286" + 60 * "a"}, id=REJECTED_ID)
COUNTS = {"Images": 12, "Recorded": 3, "Exported": 8, "Cancelled": 0, "LeftOver": 1, "Unwanted": 0, "Unreadable": 0}
NIGHT = {"RunId": "2026-11-29T18:00:00Z", "BeganAt": "2026-11-29T18:00:03Z", "Counts": COUNTS, "Record": "oss://l/n.gz"}
INVALID = another(
    "Policy:Invalid",
    {"Error": {"Code": "PolicyInvalid", "Message": "line 3, column 5: unknown key buckt", "Recommend": None}},
)
OVERDUE = another("Watcher:Overdue", {"Since": "2026-11-29T17:18:12Z", "Minutes": 42})

PLACE_EN = (("Account", "1234567890123456"), ("Region", "cn-hangzhou"))
PLACE_ZH = (("账号", "1234567890123456"), ("地域", "cn-hangzhou"))
AT_EN, AT_ZH = ("Time", "2026-11-29 17:12:41 UTC"), ("时间", "2026-11-29 17:12:41 UTC")
NIGHT_EN, NIGHT_ZH = ("Time", "2026-11-29 18:00:12 UTC"), ("时间", "2026-11-29 18:00:12 UTC")
OF_EN = (("Rule", "golden"), ("Bucket", "acme-images-hangzhou"))
OF_ZH = (("规则", "golden"), ("Bucket", "acme-images-hangzhou"))
IMAGE_EN, IMAGE_ZH = ("Image", "golden-1 (m-bp1)"), ("自定义镜像", "golden-1 (m-bp1)")
CAUSE = "Forbidden.RAM: User not authorized to operate on the specified resource."
SHOW, RETRY, FOLLOW = f"image-export show {ID}", f"image-export retry {ID}", f"image-export watch {ID}"
COUNTS_EN = (("Images", "12"), ("Recorded", "3"), ("Exported or on the way", "8"), ("Left for later nights", "1"))
COUNTS_ZH = (("镜像数", "12"), ("新登记导出", "3"), ("已导出或导出中", "8"), ("留待下次", "1"))

CARDS: list[tuple[dict[str, Any], Card, Card]] = [
    (
        an_event("Failed", Error=FORBIDDEN),
        Card(
            "Export failed: golden-1",
            "bad",
            (
                IMAGE_EN,
                *PLACE_EN,
                ("Cause", CAUSE),
                ("Request ID", "C8B26B44-0189-443E-9816-D951F59623A9"),
                *OF_EN,
                AT_EN,
            ),
            (),
            "Give the assumed role the action that the message names.",
            (SHOW, RETRY),
        ),
        Card(
            "导出失败：golden-1",
            "bad",
            (IMAGE_ZH, *PLACE_ZH, ("原因", CAUSE), ("请求 ID", "C8B26B44-0189-443E-9816-D951F59623A9"), *OF_ZH, AT_ZH),
            (),
            "Give the assumed role the action that the message names.",
            (SHOW, RETRY),
        ),
    ),
    (
        an_event("Failed", Error=ENCRYPTED),
        Card(
            "Export failed: golden-1",
            "bad",
            (IMAGE_EN, *PLACE_EN, ("Cause", "ImageNotSupported: The image is encrypted."), *OF_EN, AT_EN),
            (),
            "Look at what happened, remove the cause, then retry.",
            (SHOW, RETRY),
        ),
        Card(
            "导出失败：golden-1",
            "bad",
            (IMAGE_ZH, *PLACE_ZH, ("原因", "ImageNotSupported: The image is encrypted."), *OF_ZH, AT_ZH),
            (),
            "请查看导出详情，排除原因后重试。",
            (SHOW, RETRY),
        ),
    ),
    (
        an_event("Stalled", TaskId="t-1", Progress="37%", Reason="EntityNotExist.Role"),
        Card(
            "Export stalled: golden-1",
            "warning",
            (
                IMAGE_EN,
                *PLACE_EN,
                ("Cause", "EntityNotExist.Role"),
                *OF_EN,
                ("Task", "t-1"),
                ("Progress", "37%"),
                AT_EN,
            ),
            (),
            "Look at the export and at its task in ECS. Cancel it if it does not go on.",
            (SHOW, FOLLOW),
        ),
        Card(
            "导出停滞：golden-1",
            "warning",
            (
                IMAGE_ZH,
                *PLACE_ZH,
                ("原因", "EntityNotExist.Role"),
                *OF_ZH,
                ("任务 ID", "t-1"),
                ("进度", "37%"),
                AT_ZH,
            ),
            (),
            "请查看导出详情和 ECS 任务进度。如长时间无进展，可取消该导出。",
            (SHOW, FOLLOW),
        ),
    ),
    (
        an_event("Completed", Objects=[{"Key": "a"}, {"Key": "b"}], Manifest="oss://b/m.json", Reason="Inferred"),
        Card(
            "Export completed: golden-1",
            "good",
            (IMAGE_EN, *PLACE_EN, *OF_EN, ("Objects", "2"), ("Manifest", "oss://b/m.json"), AT_EN),
            (),
            "Nothing to do.",
            (SHOW,),
        ),
        Card(
            "导出已完成：golden-1",
            "good",
            (IMAGE_ZH, *PLACE_ZH, *OF_ZH, ("文件数", "2"), ("清单文件", "oss://b/m.json"), AT_ZH),
            (),
            "无需操作。",
            (SHOW,),
        ),
    ),
    (
        an_event("Started"),
        Card(
            "Export started: golden-1", "plain", (IMAGE_EN, *PLACE_EN, *OF_EN, AT_EN), (), "Nothing to do.", (FOLLOW,)
        ),
        Card("导出已开始：golden-1", "plain", (IMAGE_ZH, *PLACE_ZH, *OF_ZH, AT_ZH), (), "无需操作。", (FOLLOW,)),
    ),
    (
        an_event("Cancelled"),
        Card(
            "Export cancelled: golden-1",
            "plain",
            (IMAGE_EN, *PLACE_EN, *OF_EN, AT_EN),
            (),
            "Nothing to do. If it is wanted after all, retry.",
            (SHOW, RETRY),
        ),
        Card(
            "导出已取消：golden-1",
            "plain",
            (IMAGE_ZH, *PLACE_ZH, *OF_ZH, AT_ZH),
            (),
            "无需操作。如仍需导出，请重试。",
            (SHOW, RETRY),
        ),
    ),
    (
        another("Export:Rejected", {"Error": ENCRYPTED, "Sha256": "6286" + 60 * "a"}, id=REJECTED_ID),
        Card(
            "Export rejected: rejected-6286aaaaaaaa",
            "bad",
            (("Cause", "ImageNotSupported: The image is encrypted."), NIGHT_EN),
            (),
            "Correct the event, the request or the policy, then retry.",
            (f"image-export events show {REJECTED_ID}", f"image-export events retry {REJECTED_ID}"),
        ),
        Card(
            "导出被拒绝：rejected-6286aaaaaaaa",
            "bad",
            (("原因", "ImageNotSupported: The image is encrypted."), NIGHT_ZH),
            (),
            "请修正事件、请求或策略后重试。",
            (f"image-export events show {REJECTED_ID}", f"image-export events retry {REJECTED_ID}"),
        ),
    ),
    (
        another("Night:Finished", {**NIGHT, "Warnings": []}),
        Card(
            "Night finished: 2026-11-29 18:00:00 UTC",
            "good",
            (*COUNTS_EN, ("Record", "oss://l/n.gz"), NIGHT_EN),
            (),
            "Nothing to do.",
            ("image-export list --since 2026-11-29T18:00Z",),
        ),
        Card(
            "夜间任务已完成：2026-11-29 18:00:00 UTC",
            "good",
            (*COUNTS_ZH, ("运行记录", "oss://l/n.gz"), NIGHT_ZH),
            (),
            "无需操作。",
            ("image-export list --since 2026-11-29T18:00Z",),
        ),
    ),
    (
        another("Night:Finished", {**NIGHT, "Warnings": ["rule golden matches no image", "nothing starts"]}),
        Card(
            "Night finished with warnings: 2026-11-29 18:00:00 UTC",
            "warning",
            (*COUNTS_EN, ("Record", "oss://l/n.gz"), NIGHT_EN),
            ("rule golden matches no image", "nothing starts"),
            "Look at each warning.",
            ("image-export list --since 2026-11-29T18:00Z",),
        ),
        Card(
            "夜间任务已完成（有警告）：2026-11-29 18:00:00 UTC",
            "warning",
            (*COUNTS_ZH, ("运行记录", "oss://l/n.gz"), NIGHT_ZH),
            ("rule golden matches no image", "nothing starts"),
            "请逐条查看警告。",
            ("image-export list --since 2026-11-29T18:00Z",),
        ),
    ),
    (
        INVALID,
        Card(
            "Policy invalid",
            "bad",
            (("Cause", "PolicyInvalid: line 3, column 5: unknown key buckt"), NIGHT_EN),
            (),
            "Correct the policy, check it, and deploy it again.",
            ("image-export policy check", "image-export doctor"),
        ),
        Card(
            "策略无效",
            "bad",
            (("原因", "PolicyInvalid: line 3, column 5: unknown key buckt"), NIGHT_ZH),
            (),
            "请修正策略文件，检查通过后重新部署。",
            ("image-export policy check", "image-export doctor"),
        ),
    ),
    (
        OVERDUE,
        Card(
            "Watcher overdue: 42 minutes without success",
            "bad",
            (("Last success", "2026-11-29 17:18:12 UTC"), NIGHT_EN),
            (),
            "Check the function image-export-watch and its timer.",
            ("image-export doctor",),
        ),
        Card(
            "巡检逾期：42 分钟未成功",
            "bad",
            (("上次成功时间", "2026-11-29 17:18:12 UTC"), NIGHT_ZH),
            (),
            "请检查函数 image-export-watch 及其定时触发器。",
            ("image-export doctor",),
        ),
    ),
    (
        another("Doctor:Test", {}),
        Card("Test message", "plain", (NIGHT_EN,), (), "Nothing to do.", ()),
        Card("测试消息", "plain", (NIGHT_ZH,), (), "无需操作。", ()),
    ),
    (
        another("Moon:Full", {"Since": "2026-11-29T17:18:12Z", "Error": FORBIDDEN}, subject="the moon"),
        Card("Moon:Full: the moon", "plain", (NIGHT_EN,), (), "Look up this type of event in the documentation.", ()),
        Card("Moon:Full：the moon", "plain", (NIGHT_ZH,), (), "请在文档中查阅该事件类型。", ()),
    ),
]


@pytest.mark.parametrize(("event", "en", "zh"), CARDS, ids=lambda one: one.title if isinstance(one, Card) else None)
def test_the_card_of_one_event_says_what_the_event_says(event: dict[str, Any], en: Card, zh: Card) -> None:
    assert card_of([event], "en") == en
    assert card_of([event], "zh") == zh


def test_a_watcher_that_has_never_succeeded_has_no_last_success() -> None:
    card = card_of([another("Watcher:Overdue", {"Since": None, "Minutes": 20})], "en")
    assert (card.title, card.facts) == ("Watcher overdue: 20 minutes without success", (NIGHT_EN,))


def test_since_is_a_last_success_of_the_watcher_alone() -> None:
    data = {**INVALID["data"], "Since": "2026-11-29T17:18:12Z"}
    assert "Last success" not in dict(card_of([another("Policy:Invalid", data)], "en").facts)


def test_a_kind_of_export_event_that_nobody_has_met_yet_is_named_by_its_type() -> None:
    event = {**an_event("Damaged"), "subject": "m-bp1"}
    assert card_of([event], "en").title == "Export:Damaged: m-bp1"
    assert card_of([event, event], "zh").title == "2 个事件：Export:Damaged"


# Events as they are made


def a_card(record: Record, kind: str) -> Card:
    return card_of([export_event(record, kind)], "en")


def test_a_failure_as_the_functions_make_it_names_image_cause_and_command() -> None:
    cause = Cause(code="Forbidden.RAM", message="User not authorized.", recommend="Give the role the action.")
    record = a_started_record(ended=Ended(status="Failed", error=cause), ended_at=START + minutes(10))
    card = a_card(record, "Failed")
    assert card.title == "Export failed: golden-web"
    assert ("Image", "golden-web (m-bp146shijn7hujkusyst)") in card.facts
    assert ("Cause", "Forbidden.RAM: User not authorized.") in card.facts
    assert ("Time", "2026-11-24 08:10:00 UTC") in card.facts
    assert card.commands[1].removeprefix("image-export retry ") == record.export_id


def test_a_completion_as_the_functions_make_it_counts_its_objects() -> None:
    objects = tuple(ExportedObject(key=key, size=1, etag="E", crc64=None) for key in "ab")
    record = a_started_record(ended=Ended(status="Completed", objects=objects), ended_at=START)
    assert ("Objects", "2") in a_card(record, "Completed").facts


def test_a_stall_is_its_own_reason_and_one_that_cannot_be_looked_at_has_the_clouds() -> None:
    causes = []
    for reason in (None, "Forbidden.RAM"):
        record = a_started_record(stalled=Stalled(progress="37%", reason=reason), stalled_at=START)
        causes.append(dict(a_card(record, "Stalled").facts).get("Cause"))
    assert causes == [None, "Forbidden.RAM"]


def test_a_rejection_and_a_night_as_the_functions_make_them() -> None:
    rejection = rejected_event(64 * "b", Cause(code="InvalidParameter", message="no such key"), START)
    assert card_of([rejection], "en").commands[0] == f"image-export events show rejected-{64 * 'b'}"
    totals = (Totals(account_id="1", region_id="cn-hangzhou", images=2, recorded=2),)
    night = NightFinished(run_id="night", began_at=START, finished_at=START, policy="p", totals=totals)
    facts = (("Images", "2"), ("Recorded", "2"), ("Time", "2026-11-24 08:00:00 UTC"))
    assert card_of([night_event("night-x", night, START)], "en").facts == facts


@pytest.mark.parametrize("dropped", ["Objects", "ImageName", "Reason", "Error", "ExportId", "RequestedAt", "ImageId"])
def test_an_event_that_has_dropped_a_field_has_a_card_all_the_same(dropped: str) -> None:
    event = an_event("Failed", Error=FORBIDDEN)
    del event["data"][dropped]
    assert card_of([event], "en").title.startswith("Export failed: ")
    assert card_of([event, event], "en").title.startswith("2 exports failed")


def test_a_command_without_its_id_or_with_one_that_a_shell_would_read_is_left_out() -> None:
    for export_id in ("", "exp-1; reboot", "--failed", "exp-1\n", 7, None):
        assert card_of([an_event("Failed", ExportId=export_id)], "en").commands == ()


def test_line_breaks_become_blanks_and_control_characters_go() -> None:
    error = {"Code": "A", "Message": "one\r\ntwo\tthree\x1b[31m\x00\x9b four\u202e <b>*five*</b>\ud800 六\u3000七"}
    facts = dict(card_of([an_event("Failed", Error=error)], "en").facts)
    assert facts["Cause"] == "A: one two three[31m four <b>*five*</b>? 六\u3000七"


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"type": None, "data": []},
        {"type": "imageexport:Export:Failed", "data": {"Error": "x"}, "time": 3},
        {"type": "imageexport:Watcher:Overdue", "data": {"Minutes": 10**5000}},
    ],
)
def test_whatever_stands_in_an_event_it_has_a_card(event: dict[str, Any]) -> None:
    assert card_of([event], "zh").title
    assert card_of([event, event], "zh").title


# Digests


def a_burst() -> list[dict[str, Any]]:
    """37 failures of 3 causes."""
    causes = 14 * [ENCRYPTED] + 21 * [FORBIDDEN] + 2 * [GONE]
    return [an_event("Failed", number, Error=cause) for number, cause in enumerate(causes, 1)]


BURST_FACTS = (*PLACE_EN, ("Since", "2026-11-29 17:12:41 UTC"))
BURST_COMMANDS = (
    "image-export list --status Failed --since 2026-11-29T16:00Z",
    "image-export retry --failed --since 2026-11-29T17:12Z",
)
BURST_ADVICE = (
    "Forbidden.RAM: Give the assumed role the action that the message names. OssBucket.NotFound: Create the bucket."
)


def test_a_burst_of_failures_is_a_line_for_each_cause() -> None:
    entries = (
        f"Forbidden.RAM (21): golden-15, golden-16 and 19 more: {FORBIDDEN['Message']}",
        "ImageNotSupported (14): golden-1, golden-2 and 12 more: The image is encrypted.",
        "OssBucket.NotFound (2): golden-36, golden-37: The bucket does not exist.",
    )
    title = "37 exports failed, 3 causes"
    assert card_of(a_burst(), "en") == Card(title, "bad", BURST_FACTS, entries, BURST_ADVICE, BURST_COMMANDS)


def test_a_burst_of_failures_in_chinese() -> None:
    entries = (
        "Forbidden.RAM（21）：golden-15、golden-16 等 21 个：User not authorized to operate on the specified resource.",
        "ImageNotSupported（14）：golden-1、golden-2 等 14 个：The image is encrypted.",
        "OssBucket.NotFound（2）：golden-36、golden-37：The bucket does not exist.",
    )
    facts = (*PLACE_ZH, ("起始时间", "2026-11-29 17:12:41 UTC"))
    title = "37 个导出任务失败，共 3 种原因"
    assert card_of(a_burst(), "zh") == Card(title, "bad", facts, entries, BURST_ADVICE, BURST_COMMANDS)


@pytest.mark.parametrize(
    ("lang", "title", "first", "last"),
    [
        ("en", "52 events: 37 Failed, 15 Completed", "Failed, Forbidden.RAM (21): ", "Completed (15): golden-38, "),
        ("zh", "52 个事件：失败 37，已完成 15", "失败，Forbidden.RAM（21）：", "已完成（15）：golden-38、"),
    ],
)
def test_events_of_several_kinds_are_counted_by_kind_and_failures_stand_first(
    lang: Lang, title: str, first: str, last: str
) -> None:
    card = card_of([*(an_event("Completed", number) for number in range(38, 53)), *a_burst()], lang)
    assert (card.title, card.mood, card.commands) == (title, "bad", BURST_COMMANDS)
    assert card.entries[0].startswith(first)
    assert card.entries[-1].startswith(last)


def test_the_commands_of_a_digest_are_about_what_needs_a_person() -> None:
    card = card_of([an_event("Started"), an_event("Cancelled"), an_event("Stalled"), REJECTED, INVALID, OVERDUE], "en")
    assert card.title == (
        "6 events: 1 Rejected, 1 Policy invalid, 1 Watcher overdue, 1 Stalled, 1 Cancelled, 1 Started"
    )
    assert card.commands == (
        "image-export events list",
        "image-export policy check",
        "image-export doctor",
        "image-export watch",
    )


def test_a_digest_has_four_commands_at_most() -> None:
    card = card_of([an_event("Failed"), REJECTED, INVALID, OVERDUE], "en")
    assert card.commands == (*BURST_COMMANDS, "image-export events list", "image-export policy check")


@pytest.mark.parametrize(
    ("event", "title", "mood", "commands"),
    [
        (an_event("Failed", Error=ENCRYPTED), "2 exports failed, 1 cause", "bad", BURST_COMMANDS),
        (an_event("Failed"), "2 exports failed", "bad", BURST_COMMANDS),
        (REJECTED, "2 exports rejected, 1 cause", "bad", ("image-export events list",)),
        (an_event("Stalled"), "2 exports stalled", "warning", ("image-export watch",)),
        (an_event("Started"), "2 exports started", "plain", ("image-export watch",)),
        (
            an_event("Completed"),
            "2 exports completed",
            "good",
            ("image-export list --status Completed --since 2026-11-29T16:00Z",),
        ),
        (
            an_event("Cancelled"),
            "2 exports cancelled",
            "plain",
            ("image-export list --status Cancelled --since 2026-11-29T16:00Z",),
        ),
        (
            another("Night:Finished", NIGHT),
            "2 events: Night finished",
            "good",
            ("image-export list --since 2026-11-29T18:00Z",),
        ),
        (another("Moon:Full", {}), "2 events: Moon:Full", "plain", ()),
    ],
    ids=lambda one: one if isinstance(one, str) else None,
)
def test_the_digest_of_one_kind_has_its_title_and_commands(
    event: dict[str, Any], title: str, mood: str, commands: tuple[str, ...]
) -> None:
    card = card_of([event, event], "en")
    assert (card.title, card.mood, card.commands) == (title, mood, commands)


def test_a_digest_asks_for_the_time_from_which_on_all_its_events_are_found() -> None:
    late = an_event("Failed", 2, RequestedAt="2026-11-29T15:59:59Z")
    early = {**an_event("Failed", 1), "time": "2026-11-29T17:09:59Z"}
    assert card_of([late, early], "en").commands == (
        "image-export list --status Failed --since 2026-11-29T15:59Z",
        "image-export retry --failed --since 2026-11-29T17:09Z",
    )


def test_one_message_stands_for_others_only_as_an_example() -> None:
    errors = [{"Code": "Forbidden.RAM", "Message": f"No right to m-bp{number}."} for number in (1, 2)]
    events = [an_event("Failed", number, Error=error) for number, error in enumerate(errors, 1)]
    assert card_of(events, "en").entries == ("Forbidden.RAM (2): golden-1, golden-2: for example: No right to m-bp1.",)
    assert card_of(events, "zh").entries == ("Forbidden.RAM（2）：golden-1、golden-2：例如：No right to m-bp1.",)


def test_a_recommendation_for_some_causes_is_not_said_of_the_others() -> None:
    of_one = [an_event("Failed", Error=GONE), an_event("Failed", Error=GONE)]
    assert card_of(of_one, "en").advice == "Create the bucket."
    assert card_of([*of_one, an_event("Failed", Error=ENCRYPTED)], "en").advice == (
        "OssBucket.NotFound: Create the bucket."
    )
    neither = [an_event("Failed", Error=ENCRYPTED), an_event("Failed")]
    assert card_of(neither, "zh").advice == "请查看导出详情，排除原因后重试。"


def test_a_digest_names_the_accounts_and_regions_of_its_events() -> None:
    events = [an_event("Failed", number, AccountId=str(number % 5), RegionId=f"r-{number % 2}") for number in range(9)]
    assert card_of(events, "en").facts[:2] == (("Account", "0, 1 and 3 more"), ("Region", "r-0, r-1"))


def test_the_warnings_of_nights_are_told_in_a_digest_too() -> None:
    night = another("Night:Finished", {**NIGHT, "Warnings": ["rule golden matches no image", "nothing starts"]})
    card = card_of([night, an_event("Completed")], "en")
    assert card.entries[0] == (
        "Night finished with warnings (1): 2026-11-29 18:00:00 UTC: rule golden matches no image; nothing starts"
    )


def test_long_names_and_messages_are_shortened_in_a_line_so_that_there_is_room_for_others() -> None:
    error = {"Code": "A", "Message": 1000 * "错"}
    (entry,) = card_of([an_event("Failed", Error=error, ImageName=128 * "镜") for _ in range(2)], "zh").entries
    assert entry == f"A（2）：{39 * '镜'}…、{39 * '镜'}…：{199 * '错'}…"


def test_no_event_is_lost_from_a_digest_and_none_is_counted_twice() -> None:
    events = [*a_burst(), *a_burst(), an_event("Completed"), REJECTED, OVERDUE, another("Moon:Full", {})]
    counts = [int(entry.split(" (")[1].split(")")[0]) for entry in card_of(events, "en").entries]
    assert sum(counts) == 78


@pytest.mark.parametrize("codes", [3, 10_000])
def test_ten_thousand_events_are_a_digest_in_half_a_second_of_work(codes: int) -> None:
    errors = [{"Code": f"C{number % codes}", "Message": "No."} for number in range(10_000)]
    events = [an_event("Failed", number, Error=error) for number, error in enumerate(errors)]
    took_s = []
    for _ in range(3):  # the quickest: what else the machine does costs time, too
        started = time.process_time()
        card = card_of(events, "zh")
        took_s.append(time.process_time() - started)
    assert min(took_s) < 0.5
    assert card.title == f"10000 个导出任务失败，共 {codes} 种原因"
    assert len(card.entries) == codes


def test_no_events_are_a_digest_of_none() -> None:
    assert card_of([], "en") == Card("0 events", "plain", (), (), "", ())


def test_a_record_without_an_image_has_the_images_id_in_its_title() -> None:
    cause = Cause(code="InvalidImageId.NotFound", message="no")
    record = a_record(ended=Ended(status="Failed", error=cause), ended_at=START)
    assert a_card(record, "Failed").title == "Export failed: m-bp146shijn7hujkusyst"


def typed() -> list[str]:
    """Every command that the cards of these tests hold, and those of digests of two such events."""
    digests = [card_of([event, event], "en") for event, *_ in CARDS]
    return sorted({line for card in (*digests, *(en for _, en, _ in CARDS)) for line in card.commands})


@pytest.mark.parametrize("line", typed())
def test_every_command_of_a_card_is_one_that_image_export_takes(line: str) -> None:
    name, *words = line.split()
    verb: click.Command | None = main_command
    while isinstance(verb, click.Group):
        verb = verb.get_command(click.Context(verb), words.pop(0))
    assert name == "image-export"
    assert verb is not None
    assert verb.make_context("verb", words).args == []


def test_commands_are_found() -> None:
    assert len(typed()) == 14
