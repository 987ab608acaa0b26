"""The forms of names that more than one door takes, without anchors. Pure: patterns, which everybody may load."""

BUCKET = r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]"  # OSS "Bucket naming conventions"
EXPORT_ID = r"exp-[a-z2-7]{16}-[0-9]{4,9}"
