"""Run one Lambda function in this process with the real runtime client, and die with the parent.

Standalone: the interpreter that runs it may be another than the one of `lattice`, so it imports
the standard library and awslambdaric only.

    python run.py DEATH_PIPE_FD HANDLER
"""

import fcntl
import importlib.util
import os
import signal
import sys
import threading

FALLBACK = os.path.join(os.path.dirname(os.path.abspath(__file__)), "fallback")


def die_with_parent(death_pipe: int) -> None:
    """Kill this process group when the other end of the pipe closes, which is when the parent is gone."""
    os.set_inheritable(death_pipe, False)
    if sys.platform == "linux":
        _let_the_kernel_kill(death_pipe)
    threading.Thread(target=_wait_and_kill, args=(death_pipe,), daemon=True).start()


def _wait_and_kill(death_pipe: int) -> None:
    while os.read(death_pipe, 1):
        pass
    os.killpg(os.getpgid(0), signal.SIGKILL)  # what the handler started goes too


def _let_the_kernel_kill(death_pipe: int) -> None:
    """Have the kernel send the signal: a handler inside a C function keeps our thread from running."""
    if sys.platform != "linux":
        return
    # The owner of a signal is a property of the open pipe, which all children share: open it anew.
    own = os.open(f"/proc/self/fd/{death_pipe}", os.O_RDONLY | os.O_NONBLOCK)
    fcntl.fcntl(own, fcntl.F_SETOWN, -os.getpgid(0))
    fcntl.fcntl(own, fcntl.F_SETSIG, signal.SIGKILL)
    fcntl.fcntl(own, fcntl.F_SETFL, os.O_NONBLOCK | os.O_ASYNC)


def refuse_to_start(message: str) -> None:
    """Tell the Runtime API why the function cannot run, and exit."""
    import http.client
    import json

    print(message, file=sys.stderr)
    connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    body = json.dumps({"errorType": "Runtime.InvalidEntrypoint", "errorMessage": message})
    connection.request("POST", "/2018-06-01/runtime/init/error", body)
    connection.getresponse().read()
    sys.exit(1)


def main() -> None:
    """Watch the parent, then hand over to awslambdaric."""
    handler = sys.argv[2]
    die_with_parent(int(sys.argv[1]))
    sys.path[0] = os.environ["LAMBDA_TASK_ROOT"]
    if os.environ.pop("LATTICE_EVENTS_FORCE_FALLBACK", None):
        sys.path.insert(1, FALLBACK)
    elif importlib.util.find_spec("runtime_client") is None:  # its wheels are for Linux only
        sys.path.append(FALLBACK)
    if importlib.util.find_spec("awslambdaric") is None:
        refuse_to_start(
            f"{sys.executable} has no awslambdaric, which runs functions: install it with "
            f"'{sys.executable} -m pip install awslambdaric'"
        )
    from awslambdaric.__main__ import main as run

    run(["awslambdaric", handler])


if __name__ == "__main__":
    main()
