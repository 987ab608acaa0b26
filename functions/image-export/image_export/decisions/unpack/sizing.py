"""How an object is cut into parts. Pure.

OSS takes 10,000 of them, each of 100 KB or more but the last (docs/cloud-facts.md#fact-20). The first one is what must
wait.
"""

MOST_PARTS, SMALLEST_PART = 10_000, 100 * 1024
USUAL_PART = 8 * 1024 * 1024
MEBIBYTE = 1024 * 1024


def part_bytes(most_bytes: int, first_bytes: int) -> int:
    """Of each part behind the first one, so that an object of so many bytes has room; in whole MiB."""
    least = -(-max(0, most_bytes - first_bytes) // (MOST_PARTS - 1))
    return max(USUAL_PART, -(-least // MEBIBYTE) * MEBIBYTE)
