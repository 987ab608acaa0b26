"""What arrived? Bytes to sightings and requests, by shape alone (docs/cloud-facts.md#fact-6). Pure, and never raises.

`opening` opens envelopes until something inside is known; each source of events has one small translator beside it.
"""

from .opening import read_event

__all__ = ["read_event"]
