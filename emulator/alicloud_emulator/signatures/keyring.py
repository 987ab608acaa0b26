"""What a signature is checked against."""

from collections.abc import Mapping
from typing import NamedTuple

from alicloud_emulator.identity import AccessKey
from alicloud_emulator.signatures.nonces import Nonces


class Keyring(NamedTuple):
    """The keys that there are, by id, and the nonces that were used."""

    keys: Mapping[str, AccessKey]
    nonces: Nonces
