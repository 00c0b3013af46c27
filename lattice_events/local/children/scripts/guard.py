"""Run a command and kill it, and all that it started, when the parent is gone.

python guard.py DEATH_PIPE_FD COMMAND [ARGUMENT …]
"""

import os
import signal
import subprocess
import sys
from types import FrameType

from run import die_with_parent  # type: ignore[import-not-found]  # beside this script


def main() -> int:
    """Start the command in this process group and end as it does."""
    signal.signal(signal.SIGTERM, _leave_it_to_the_command)
    die_with_parent(int(sys.argv[1]))
    try:
        command = subprocess.Popen(sys.argv[2:])
    except OSError as error:
        print(f"{sys.argv[2]}: {error.strerror}", file=sys.stderr)
        return 127
    status = command.wait()
    if status < 0:
        try:
            signal.signal(-status, signal.SIG_DFL)
        except OSError:
            pass  # SIGKILL, and those that the C library keeps to itself: nothing can catch them
        os.kill(os.getpid(), -status)
        return 128 - status  # a signal of the C library's own ended the command and not this process
    return status


def _leave_it_to_the_command(number: int, frame: FrameType | None) -> None:
    """The whole group gets the signal, so the command has it already."""


if __name__ == "__main__":
    sys.exit(main())
