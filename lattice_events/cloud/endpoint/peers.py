"""Whose connection it is: what one user of a machine deploys must not run as another.

Source:
    https://man7.org/linux/man-pages/man7/sock_diag.7.html
"""

from __future__ import annotations

import functools
import os
import socket
import struct
import sys
from typing import NamedTuple

_SOCK_DIAG = 4  # a protocol of netlink, which Python has no name for
_BY_FAMILY, _REQUEST, _ERROR = 20, 1, 2
_ANY = 0xFFFFFFFF
_HEADER = struct.Struct("=IHHII")
_OWNER_AT = _HEADER.size + 4 + 48 + 12  # after family and state, the addresses, a timer and two queues
_LOOPBACK = socket.inet_aton("127.0.0.1") + bytes(12)
_ROOT = 0


class Owner(NamedTuple):
    """Of one end of a connection; `inode` is 0 when its process has closed it, and `user` says nothing then."""

    user: int
    inode: int


def is_other_users(port: int, *, to: int) -> bool:
    """Whether the connection of a port of loopback to another is one of another user; root's is everybody's.

    Where the system does not tell, as on macOS, it is nobody's.
    """
    if not _tells():
        return False
    owner = owner_of(port, to=to)
    return owner is None or not owner.inode or owner.user not in (os.getuid(), _ROOT)


def owner_of(port: int, *, to: int) -> Owner | None:
    """Who has the end of a connection on loopback that is at a port; ``None`` if there is no such connection."""
    ports = struct.pack("!HH", port, to)
    asked = struct.pack("=BBBBI", socket.AF_INET, socket.IPPROTO_TCP, 0, 0, _ANY)
    asked += ports + _LOOPBACK + _LOOPBACK + struct.pack("=III", 0, _ANY, _ANY)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, _SOCK_DIAG) as netlink:
        netlink.sendto(_HEADER.pack(_HEADER.size + len(asked), _BY_FAMILY, _REQUEST, 1, 0) + asked, (0, 0))
        told = netlink.recv(4096)
    if _HEADER.unpack_from(told)[1] == _ERROR:
        return None
    return Owner(*struct.unpack_from("=II", told, _OWNER_AT))


@functools.cache
def _tells() -> bool:
    """Whether this system says who has a connection: not every kernel does."""
    if sys.platform != "linux":
        return False
    with socket.create_server(("127.0.0.1", 0)) as server:
        to = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", to)) as client:
            try:
                return owner_of(client.getsockname()[1], to=to) is not None
            except OSError:
                return False
