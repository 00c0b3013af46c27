"""Run one Lambda function in this process with the real runtime client, and die with the parent.

Standalone: the interpreter that runs it may be another than the one of `lattice`, so it imports
the standard library and awslambdaric only. As in Lambda the runtime client is loaded before the function's
code is on the path, and nothing else stays loaded: a file such as ``token.py`` in that code breaks nothing,
and one such as ``signal.py`` is what ``import signal`` means there.

    python run.py DEATH_PIPE_FD ADDRESS_FD MODULES_FD HANDLER LAYERS
"""

import fcntl
import importlib
import os
import signal
import site
import sys
import threading
from types import ModuleType

HERE = os.path.dirname(os.path.abspath(__file__))
SOCKET_CLIENT = os.path.join(HERE, "socket_client")
_CHOICE = "LATTICE_EVENTS_RUNTIME_CLIENT"
_ADDRESS = "AWS_LAMBDA_RUNTIME_API"


def die_with_parent(death_pipe: int) -> None:
    """Kill this process group when the other end of the pipe closes, which is when the parent is gone."""
    os.set_inheritable(death_pipe, False)
    if sys.platform == "linux":
        let_the_kernel_kill(death_pipe)
    threading.Thread(target=_wait_and_kill, args=(death_pipe,), daemon=True).start()


def _wait_and_kill(death_pipe: int) -> None:
    while os.read(death_pipe, 1):
        pass
    os.killpg(os.getpgid(0), signal.SIGKILL)  # what the handler started goes too


def let_the_kernel_kill(death_pipe: int) -> int:
    """Have the kernel send the signal: a handler inside a C function keeps our thread from running.

    Linux only. It is sent as long as the descriptor that this gives is open.
    """
    assert sys.platform == "linux"
    # The owner of a signal is a property of the open pipe, which all children share: open it anew.
    own = os.open(f"/proc/self/fd/{death_pipe}", os.O_RDONLY | os.O_NONBLOCK)
    fcntl.fcntl(own, fcntl.F_SETOWN, -os.getpgid(0))
    fcntl.fcntl(own, fcntl.F_SETSIG, signal.SIGKILL)
    fcntl.fcntl(own, fcntl.F_SETFL, os.O_NONBLOCK | os.O_ASYNC)
    return own


def read_address(address_pipe: int) -> str:
    """The Runtime API's address, secret and all; the environment is no place for it."""
    with open(address_pipe, "rb") as pipe:
        return pipe.read().decode()


def load_runtime_client(address: str, *, is_native: bool) -> ModuleType:
    """Load awslambdaric with our client, or with its native one where that is wanted and there is one."""
    known = os.environ[_ADDRESS]
    os.environ[_ADDRESS] = address  # the native module reads it when it is loaded, and never again
    sys.path.insert(len(sys.path) if is_native else 1, SOCKET_CLIENT)
    client = importlib.import_module("awslambdaric.__main__")

    os.environ[_ADDRESS] = known
    return client


def mend_reports(address: str) -> None:
    """Change how awslambdaric reports errors, where its own way fails and Lambda has no other outcome.

    It posts init errors to an address that can have no path, through an `http` that may be a file of the
    function's. It puts a failure in a header for X-Ray, which is not here, and some letters break headers.
    """
    from awslambdaric.lambda_runtime_client import LambdaRuntimeClient
    from awslambdaric.lambda_runtime_marshaller import to_json

    post_invocation_error = LambdaRuntimeClient.post_invocation_error

    def post_without_cause(self: object, id_: str, error: str, _: str, *others: object) -> None:
        post_invocation_error(self, id_, error, "", *others)

    def post_init_error(_: object, error: object, *_others: object) -> None:
        post(address, to_json(error))

    LambdaRuntimeClient.post_invocation_error = post_without_cause
    LambdaRuntimeClient.post_init_error = post_init_error


def poll_in_this_thread() -> None:
    """Have awslambdaric wait for events in the main thread also for the runtimes since Python 3.12.

    Its thread for each event is there because the native client keeps Python's handlers of signals from
    running. Our client does not, and the thread costs more than all the rest of an invocation.
    """
    from awslambdaric.lambda_runtime_client import LambdaRuntimeClient

    make = LambdaRuntimeClient.__init__

    def make_without_thread(self: "LambdaRuntimeClient", *arguments: object) -> None:
        make(self, *arguments)
        self.use_thread_for_polling_next = False

    LambdaRuntimeClient.__init__ = make_without_thread


def post(address: str, error: str) -> None:
    """Tell the Runtime API why the function cannot run."""
    connection = Connection(address)
    body = error.encode(errors="backslashreplace")
    connection.send(connection.request("POST", "/2018-06-01/runtime/init/error", "", body))
    connection.receive()
    connection.close()


def refuse_to_start(address: str, message: str) -> int:
    """Say why no function can run; the exit status."""
    import json

    print(message, file=sys.stderr)
    post(address, json.dumps({"errorType": "Runtime.InvalidEntrypoint", "errorMessage": message}))
    return 1


def main() -> int:
    """Watch the parent, then hand over to awslambdaric."""
    death_pipe, address_pipe, modules_pipe, handler, layers = sys.argv[1:]
    os.set_inheritable(int(modules_pipe), False)
    die_with_parent(int(death_pipe))
    address = read_address(int(address_pipe))
    forget("fcntl", "signal")
    choice = os.environ.pop(_CHOICE, "") or "socket"
    if choice not in ("native", "socket"):
        return refuse_to_start(address, f"{_CHOICE} is {choice!r}: use native, or socket, the default")
    try:
        client = load_runtime_client(address, is_native=choice == "native")
        mend_reports(address)
        if sys.modules["runtime_client"].__file__ == os.path.join(SOCKET_CLIENT, "runtime_client.py"):
            poll_in_this_thread()
            sys.modules["runtime_client"].tell_modules(
                int(modules_pipe), os.environ["LAMBDA_TASK_ROOT"], layers
            )
    except ImportError as error:
        install = f"'{sys.executable} -m pip install \"awslambdaric>=3\"'"
        reason = f"{sys.executable} cannot load awslambdaric, which runs functions ({error})"
        return refuse_to_start(address, f"{reason}: install it with {install}")
    forget("bare_http")
    sys.path[:] = [path for path in sys.path if path not in (HERE, SOCKET_CLIENT)]
    if layers:
        add_layers(os.path.join(layers, "python"))
    sys.path.insert(0, os.environ["LAMBDA_TASK_ROOT"])
    client.main(["awslambdaric", handler])
    return 0


def add_layers(folder: str) -> None:
    """Find modules of layers as Lambda's bootstrap does: first, unless PYTHONPATH is set; with their .pth files."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    folders = [os.path.join(folder, "lib", version, "site-packages"), folder]
    for each in folders:
        site.addsitedir(each)
    if "PYTHONPATH" not in os.environ:
        sys.path[:0] = folders


def forget(*names: str) -> None:
    """Take modules out of the function's sight: Lambda's bootstrap has not loaded them."""
    for name in names:
        del sys.modules[name]


if __name__ == "__main__":
    sys.path[:0] = [HERE]  # PYTHONSAFEPATH leaves it out
    from bare_http import Connection  # type: ignore[import-not-found]  # beside this script

    sys.exit(main())
