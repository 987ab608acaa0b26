"""Which addresses may be called: those of the public Internet. Resolves names, sends nothing.

A policy names only variables, yet whoever sets them must not reach the metadata service or a neighbour through us. So
the host is resolved here, each address is judged, and the connection is made to one that was judged: no second
answer of a name server comes in between.
"""

import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

from ...errors import Refused
from ...values.cause import Cause

REFUSED = "AddressRefused"
GLOBAL_UNICAST = IPv6Network("2000::/3")
EMBEDDING = (IPv6Network("64:ff9b::/96"), IPv6Network("::/96"))  # NAT64 (RFC 6052), and what was before mapped ones
# Of the IANA special-purpose registries, what some Python counts as global, or is no machine of its own: protocol
# assignments, relays of 6to4, Teredo and ORCHID, documentation (iana.org: iana-ipv4-special-registry and -ipv6-).
SPECIAL = tuple(map(ip_network, ("192.0.0.0/24", "192.88.99.0/24", "2001::/23", "2001:db8::/32", "3fff::/20")))
Address = IPv4Address | IPv6Address


def refused(why: str) -> Refused:
    """An address that is not called, without the address: it may hold a key."""
    advice = "Set the variable to a public https:// address, without user and password."
    return Refused(Cause(code=REFUSED, message=f"The address is not called: {why}.", recommend=advice))


def public_addresses(host: str, port: int) -> list[str]:
    """The addresses of a host, those of IPv4 first. Raises Refused where one of them is no public one, and OSError."""
    found = {entry[4][0] for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    addresses = sorted((ip_address(str(one).partition("%")[0]) for one in found), key=lambda one: (one.version, one))
    if not all(map(is_public, addresses)):
        raise refused("its host is private, loopback, link-local or reserved")
    return [str(one) for one in addresses]


def is_public(address: Address) -> bool:
    """Whether anybody on the Internet would reach the same machine by it."""
    inner = _inner(address) if isinstance(address, IPv6Address) else None
    if inner is not None:
        return is_public(inner)
    is_unicast = address.version == 4 or address in GLOBAL_UNICAST
    is_special = any(address in network for network in SPECIAL)
    return is_unicast and not is_special and address.is_global and not address.is_multicast


def _inner(address: IPv6Address) -> IPv4Address | None:
    """The address of IPv4 that one of IPv6 leads to."""
    if address.ipv4_mapped or address.sixtofour:
        return address.ipv4_mapped or address.sixtofour
    embeds = any(address in network for network in EMBEDDING) and int(address) > 1
    return IPv4Address(int(address) & 0xFFFFFFFF) if embeds else None
