"""Run one Lambda function in this process with the real runtime client, and die with the parent.

Standalone: the interpreter that runs it may be another than the one of `lattice`, so it imports
the standard library and awslambdaric only.

    python run.py DEATH_PIPE_FD HANDLER
"""

import importlib.util
import os
import signal
import sys
import threading

FALLBACK = os.path.join(os.path.dirname(os.path.abspath(__file__)), "fallback")


def die_with_parent(death_pipe: int) -> None:
    """Block until the other end of the pipe closes, which is when the parent is gone."""
    while os.read(death_pipe, 1):
        pass
    os.killpg(os.getpgid(0), signal.SIGKILL)  # what the handler started goes too


def main() -> None:
    """Watch the parent, then hand over to awslambdaric."""
    death_pipe, handler = int(sys.argv[1]), sys.argv[2]
    os.set_inheritable(death_pipe, False)
    threading.Thread(target=die_with_parent, args=(death_pipe,), daemon=True).start()
    sys.path[0] = os.environ["LAMBDA_TASK_ROOT"]
    if os.environ.pop("LATTICE_EVENTS_FORCE_FALLBACK", None):
        sys.path.insert(1, FALLBACK)
    elif importlib.util.find_spec("runtime_client") is None:  # its wheels are for Linux only
        sys.path.append(FALLBACK)
    try:
        from awslambdaric.__main__ import main as run
    except ImportError:
        sys.exit(f"{sys.executable} has no awslambdaric: run '{sys.executable} -m pip install awslambdaric'")
    run(["awslambdaric", handler])


if __name__ == "__main__":
    main()
