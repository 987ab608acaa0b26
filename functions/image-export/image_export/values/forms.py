"""The forms of names that more than one door takes, without anchors. Pure: patterns, which everybody may load."""

BUCKET = r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]"  # OSS "Bucket naming conventions"
EXPORT_ID = r"exp-[a-z2-7]{16}-[0-9]{4,9}"
NIGHT = r"night-[0-9]{4}-[0-9]{2}-[0-9]{2}-[a-z2-7]{32}"
NOTICE = r"notice-(?:policy|watcher)-2[0-9]{7}T[0-9]{6}Z"
RESTORE_ID = r"res-[a-z2-7]{16}"
DRILL_ID = r"dri-[a-z2-7]{16}"
