"""Whose connection follows a link to the page."""

from __future__ import annotations

import pytest

from lattice_events.local.inspector.opening import users_of

# As in /proc/net/tcp of Linux: both ends of a connection from port 0xCC26 to 0x2329, and another one.
CONNECTIONS = """\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:2329 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 35012 1 0000000000000000
   1: 0100007F:2329 0100007F:CC26 01 00000000:00000000 00:00000000 00000000  1000        0 35013 1 0000000000000000
   2: 0100007F:CC26 0100007F:2329 01 00000000:00000000 00:00000000 00000000  1001        0 35014 1 0000000000000000
   3: 0100007F:CC28 0100007F:2329 06 00000000:00000000 03:00000000 00000000     0        0 0 3 0000000000000000
"""


@pytest.mark.parametrize(("port", "users"), [(0xCC26, {1001}), (0x2329, {1000}), (0xCC28, {0}), (1, set())])
def test_the_user_of_a_connection_is_that_of_its_own_end(port: int, users: set[int]) -> None:
    assert users_of(port, CONNECTIONS) == users
