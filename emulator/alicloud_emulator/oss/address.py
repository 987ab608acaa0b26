"""Which bucket and key a request is for: `/bucket/key`, or `/key` with the bucket at the head of Host.

The cloud wants the bucket in Host; path style is for clients that are given an address of this machine. Names under
`localhost` are loopback (RFC 6761).
"""

import re
from urllib.parse import unquote, urlsplit

from aiohttp import web

# `<bucket>.localhost:<port>`, `<bucket>.oss-<region>.aliyuncs.com`
VIRTUAL_HOST = re.compile(r"([a-z0-9-]+)\.(?:localhost|oss-[a-z0-9-]+\.aliyuncs\.com)(?::\d+)?")


def address(request: web.Request) -> tuple[str, str]:
    """Bucket and key, decoded once; either may be empty."""
    path = unquote(urlsplit(request.raw_path).path).removeprefix("/")
    if found := VIRTUAL_HOST.fullmatch(request.host.lower()):
        return found[1], path
    bucket, _, key = path.partition("/")
    return bucket, key
