"""Exports ECS custom images to OSS, once each, provably.

Four kinds of module, one folder each; imports point to the right only: use_cases → decisions → values.
`edges` hold the vendors' SDKs and fit the protocols of `use_cases/ports.py` by shape; `index.py` wires them together.
"""

__version__ = "0.1.0"
