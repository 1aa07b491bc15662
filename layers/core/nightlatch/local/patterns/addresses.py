"""What counts as an IP address, and as a range of them, in a pattern and in an event.

Python's own parser is not enough: the engine reads octets as decimal even with leading zeros, takes no zone
(`%eth0`) and holds an IPv4 address inside an IPv6 one to be the IPv4 address.

Source: aws/event-ruler, CIDR.java (it refuses /32 and /128: a single address is written plainly).
"""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

from nightlatch.local.patterns.invalid import InvalidPattern

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_IPV4 = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,4}){3}", re.ASCII)
_IPV6 = re.compile(r"[0-9a-fA-F:]*:[0-9a-fA-F:]*", re.ASCII)
_DIGITS = re.compile(r"[0-9]{1,3}", re.ASCII)


def read_address(text: str) -> Address | None:
    """Read an address as the engine does; None for every other text."""
    try:
        if _IPV4.fullmatch(text):
            return IPv4Address(bytes(int(octet) for octet in text.split(".")))
        if _IPV6.fullmatch(text):
            address = IPv6Address(text)
            return address.ipv4_mapped or address
    except ValueError:
        pass
    return None


def read_range(text: str) -> Network:
    """Read a CIDR range; bits of the address beyond the mask are allowed and ignored.

    Raises:
        InvalidPattern: No address, no mask, or a mask that leaves one address.
    """
    start, slash, mask = text.partition("/")
    address = read_address(start)
    if not slash or address is None or not _DIGITS.fullmatch(mask):
        raise InvalidPattern("cidr takes an address and a mask; write it like 198.51.100.0/24")
    if int(mask) >= address.max_prefixlen:
        raise InvalidPattern(f"a cidr mask is below {address.max_prefixlen}; write a single address plainly")
    return ip_network((address, int(mask)), strict=False)
