"""Run a command and kill it, and all that it started, when the parent is gone.

python guard.py DEATH_PIPE_FD COMMAND [ARGUMENT …]
"""

import os
import signal
import subprocess
import sys
import threading
from types import FrameType

from run import die_with_parent  # type: ignore[import-not-found]  # beside this script


def main() -> int:
    """Start the command in this process group and exit as it does."""
    death_pipe = int(sys.argv[1])
    os.set_inheritable(death_pipe, False)
    try:
        command = subprocess.Popen(sys.argv[2:])
    except OSError as error:
        print(f"{sys.argv[2]}: {error.strerror}", file=sys.stderr)
        return 127

    def pass_on(number: int, _: FrameType | None) -> None:
        command.send_signal(number)

    signal.signal(signal.SIGTERM, pass_on)
    threading.Thread(target=die_with_parent, args=(death_pipe,), daemon=True).start()
    return command.wait()


if __name__ == "__main__":
    sys.exit(main())
