"""All words of cards, in English and in Chinese as consoles of Alibaba Cloud have it. Pure. No words of the cloud."""
# ruff: noqa: RUF001 (Chinese has punctuation of its own)

from typing import NamedTuple

from ...values.notify_target import Lang
from .card import Mood


class Said(NamedTuple):
    """The same in both languages."""

    en: str
    zh: str

    def to(self, lang: Lang) -> str:
        """What is said in that language."""
        return self.zh if lang == "zh" else self.en


class Kind(NamedTuple):
    """How events of a kind are shown. `commands` for one of them, `listing` for many."""

    mood: Mood
    word: Said
    advice: Said
    commands: tuple[str, ...] = ()
    listing: tuple[str, ...] = ()


NOTHING = Said("Nothing to do.", "无需操作。")
SHOW, RETRY, WATCH = "image-export show {export}", "image-export retry {export}", "image-export watch"
LISTED = "image-export list --status {status} --since {{requested}}"
OF_NIGHT = ("image-export list --since {began}",)
OF_RESTORE, OF_RESTORES = ("image-export restore show {restore}",), ("image-export restore list",)
OF_DRILL, OF_DRILLS = ("image-export drill show {drill}",), ("image-export drill list",)
CHECK = ("image-export policy check", "image-export doctor")
NEEDS_A_PERSON = ("bad", "warning")
KINDS = {  # the most important first
    "Export:Failed": Kind(
        "bad",
        Said("Failed", "失败"),
        Said("Look at what happened, remove the cause, then retry.", "请查看导出详情，排除原因后重试。"),
        (SHOW, RETRY),
        (LISTED.format(status="Failed"), "image-export retry --failed --since {happened}"),
    ),
    "Export:Rejected": Kind(
        "bad",
        Said("Rejected", "被拒绝"),
        Said("Correct the event, the request or the policy, then retry.", "请修正事件、请求或策略后重试。"),
        ("image-export events show {event}", "image-export events retry {event}"),
        ("image-export events list",),
    ),
    "Policy:Invalid": Kind(
        "bad",
        Said("Policy invalid", "策略无效"),
        Said("Correct the policy, check it, and deploy it again.", "请修正策略文件，检查通过后重新部署。"),
        CHECK,
        CHECK,
    ),
    "Watcher:Overdue": Kind(
        "bad",
        Said("Watcher overdue", "巡检逾期"),
        Said("Check the function image-export-watch and its timer.", "请检查函数 image-export-watch 及其定时触发器。"),
        CHECK[1:],
        CHECK[1:],
    ),
    "Restore:Failed": Kind(
        "bad",
        Said("Restore failed", "恢复失败"),
        Said(
            "Look at the restore. Where its object is damaged, restore another export.",
            "请查看恢复详情。如文件已损坏，请恢复其他导出。",
        ),
        OF_RESTORE,
        OF_RESTORES,
    ),
    "Drill:Failed": Kind(
        "bad",
        Said("Drill failed", "演练失败"),
        Said(
            "Look at the level that failed. The export may not be restorable: make another one.",
            "请查看失败的级别。该导出可能无法恢复，请重新导出。",
        ),
        OF_DRILL,
        OF_DRILLS,
    ),
    "Export:Stalled": Kind(
        "warning",
        Said("Stalled", "停滞"),
        Said(
            "Look at the export and at its task in ECS. Cancel it if it does not go on.",
            "请查看导出详情和 ECS 任务进度。如长时间无进展，可取消该导出。",
        ),
        (SHOW, f"{WATCH} {{export}}"),
        (WATCH,),
    ),
    "Night:Warned": Kind(  # Night:Finished with Warnings
        "warning",
        Said("Night finished with warnings", "夜间任务已完成（有警告）"),
        Said("Look at each warning.", "请逐条查看警告。"),
        OF_NIGHT,
        OF_NIGHT,
    ),
    "Export:Cancelled": Kind(
        "plain",
        Said("Cancelled", "已取消"),
        Said("Nothing to do. If it is wanted after all, retry.", "无需操作。如仍需导出，请重试。"),
        (SHOW, RETRY),
        (LISTED.format(status="Cancelled"),),
    ),
    "Export:Completed": Kind(
        "good", Said("Completed", "已完成"), NOTHING, (SHOW,), (LISTED.format(status="Completed"),)
    ),
    "Night:Finished": Kind("good", Said("Night finished", "夜间任务已完成"), NOTHING, OF_NIGHT, OF_NIGHT),
    "Drill:Unproven": Kind("plain", Said("Drill proved nothing", "演练未能证明"), NOTHING, OF_DRILL, OF_DRILLS),
    "Drill:Proved": Kind("good", Said("Drilled", "演练通过"), NOTHING, OF_DRILL, OF_DRILLS),
    "Restore:Completed": Kind("good", Said("Restored", "已恢复"), NOTHING, OF_RESTORE, OF_RESTORES),
    "Restore:Cancelled": Kind("plain", Said("Restore cancelled", "恢复已取消"), NOTHING, OF_RESTORE, OF_RESTORES),
    "Restore:Started": Kind("plain", Said("Restore started", "恢复已开始"), NOTHING, OF_RESTORE, OF_RESTORES),
    "Export:Started": Kind("plain", Said("Started", "已开始"), NOTHING, (f"{WATCH} {{export}}",), (WATCH,)),
    "Doctor:Test": Kind("plain", Said("Test message", "测试消息"), NOTHING),
}
RANK = {kind: rank for rank, kind in enumerate(KINDS)}
UNKNOWN = Said("Look up this type of event in the documentation.", "请在文档中查阅该事件类型。")

FACTS = {  # in the order of a card: what an event holds, and its label
    "Image": Said("Image", "自定义镜像"),
    "AccountId": Said("Account", "账号"),
    "RegionId": Said("Region", "地域"),
    "Cause": Said("Cause", "原因"),
    "RequestId": Said("Request ID", "请求 ID"),
    "Rule": Said("Rule", "规则"),
    "OSSBucket": Said("Bucket", "Bucket"),
    "TaskId": Said("Task", "任务 ID"),
    "Progress": Said("Progress", "进度"),
    "Objects": Said("Objects", "文件数"),
    "Manifest": Said("Manifest", "清单文件"),
    "LastSuccess": Said("Last success", "上次成功时间"),
    "Images": Said("Images", "镜像数"),
    "Recorded": Said("Recorded", "新登记导出"),
    "Exported": Said("Exported or on the way", "已导出或导出中"),
    "Cancelled": Said("Cancelled", "已取消"),
    "LeftOver": Said("Left for later nights", "留待下次"),
    "Unwanted": Said("Unwanted", "无需导出"),
    "Unreadable": Said("Unreadable", "无法读取"),
    "Record": Said("Record", "运行记录"),
    "Time": Said("Time", "时间"),
}
SINCE = Said("Since", "起始时间")
EXPORT, EXPORTS = Said("Export {word}", "导出{word}"), Said("{count} exports {word}", "{count} 个导出任务{word}")
EVENTS, OF_KIND = Said("{count} events", "{count} 个事件"), Said("{count} {word}", "{word} {count}")
ONE_CAUSE, CAUSES = Said("1 cause", "共 1 种原因"), Said("{count} causes", "共 {count} 种原因")
COLON, COMMA, BETWEEN = Said(": ", "："), Said(", ", "，"), Said(", ", "、")
COUNTED = Said("{what} ({count})", "{what}（{count}）")
AND_MORE = Said("{names} and {more} more", "{names} 等 {count} 个")
FOR_EXAMPLE = Said("for example: {message}", "例如：{message}")
MINUTES = Said("{count} minutes without success", "{count} 分钟未成功")
