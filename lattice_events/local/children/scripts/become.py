"""Become another program, which dies with the parent: a runtime that is not Python.

    python become.py node NODE SCRIPT CLIENT HANDLER DEATH_PIPE_FD ADDRESS_FD
    python become.py bootstrap FILE DEATH_PIPE_FD

Node gets a connection to the Runtime API besides, behind its other arguments: it has no way to open one that waits.
"""

import os
import select
import signal
import socket
import sys

from run import let_the_kernel_kill  # type: ignore[import-not-found]  # beside this script


def main() -> int:
    """Tie this process to the parent, then be the program."""
    kind, *command = sys.argv[1:]
    if kind == "node":
        *command, death_pipe, address_pipe = command
        command += [address_pipe, str(_connection())]
    else:
        *command, death_pipe = command
    _die_with_parent(int(death_pipe))
    try:
        os.execv(command[0], command)  # noqa: S606 - that is what it is for
    except OSError as error:
        print(f"{command[0]} cannot be started: {error.strerror}", file=sys.stderr)
        return 1


def _die_with_parent(death_pipe: int) -> None:
    """Have this process group killed when the other end of the pipe closes, whatever program it is by then."""
    if sys.platform == "linux":
        own = let_the_kernel_kill(death_pipe)
        os.set_inheritable(own, True)  # the kernel watches as long as it is open
        watched = select.poll()
        watched.register(own)
        if watched.poll(0):  # it closed before
            os.killpg(0, signal.SIGKILL)
    elif os.fork() == 0:
        while os.read(death_pipe, 1):
            pass
        os.killpg(0, signal.SIGKILL)


def _connection() -> int:
    """A connection to the Runtime API, on which reads and writes wait."""
    host, _, port = os.environ["AWS_LAMBDA_RUNTIME_API"].rpartition(":")
    opened = socket.create_connection((host, int(port)))
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    os.set_inheritable(opened.fileno(), True)
    return opened.detach()


if __name__ == "__main__":
    sys.exit(main())
