"""The servers that `scripts/bench network` compares: ours and its peers, each started when a row needs it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benching.lattice import LATTICE, NETWORK, Lattice, lattice_dev, signed_requests, unsigned_requests
from benching.processes import (
    FOLDER,
    Address,
    BenchError,
    free_port,
    log_of,
    running,
    wait_until_it_answers,
)

PEERS = Path(__file__).parent / "peers"
PACKAGES = {"osls": "4.3.1", "serverless-offline": "14.8.2"}
DISTINCT_REQUESTS = 500  # a signature that was seen before would say nothing


@dataclass(frozen=True, kw_only=True)
class Server:
    """Something that answers; `kinds` are what it can be asked."""

    name: str
    pid: int
    addresses: dict[str, Address]
    lattice: Lattice | None = None

    def requests(self, kind: str) -> Sequence[bytes]:
        """What is sent in turn; nothing for GETs of the address."""
        if self.lattice is None or kind not in ("signed", "unsigned"):
            return ()
        make = signed_requests if kind == "signed" else unsigned_requests
        return make(self.lattice, DISTINCT_REQUESTS)


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What the servers of a run share."""

    target_port: int
    against: Path | None = None


def program_version(program: str) -> str | None:
    """The first line that a program says of its version; ``None`` without it."""
    if not shutil.which(program):
        return None
    done = subprocess.run([program, "-v"], capture_output=True, text=True)
    return (done.stdout + done.stderr).strip().splitlines()[0]


@contextmanager
def http_target() -> Iterator[Server]:
    """What is behind `app`: nginx, else our own."""
    port = free_port()
    if shutil.which("nginx"):
        said = 'default_type text/plain; location / { return 200 "Hello Foo Lambda!!"; }'
        command = _nginx("target", port, said)
    else:
        command = [sys.executable, str(PEERS / "target.py"), str(port)]
    with running("target", command) as process:
        address = Address(port=port)
        wait_until_it_answers("the HTTP target", address, process)
        yield Server(name="the target itself", pid=process.pid, addresses={"http": address})


@contextmanager
def store() -> Iterator[Address]:
    """A target that echoes, counts and streams."""
    address = Address(port=free_port())
    with running("store", [sys.executable, PEERS / "store.py", str(address.port)]) as process:
        wait_until_it_answers("the HTTP target", address, process)
        yield address


def _nginx(name: str, port: int, location: str, upstream: str = "") -> list[str]:
    folder = FOLDER / f"nginx-{name.replace(' ', '-')}"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "nginx.conf").write_text(
        f"""
daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off; keepalive_requests 1000000000;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  {upstream}
  server {{ listen 127.0.0.1:{port} backlog=512; {location} }}
}}
"""
    )
    return ["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf")]


@contextmanager
def nginx_proxy(setting: Setting, *, keeps_connections: bool) -> Iterator[Server]:
    """nginx in front of the target."""
    if not shutil.which("nginx"):
        raise BenchError("nginx is not installed (apt install nginx-light, brew install nginx)")
    name = "nginx proxy" if keeps_connections else "nginx proxy, new connections"
    port = free_port()
    upstream = f"upstream app {{ server 127.0.0.1:{setting.target_port}; keepalive 128; keepalive_requests 1000000000; }}"
    kept = 'proxy_http_version 1.1; proxy_set_header Connection "";' if keeps_connections else ""
    command = _nginx(name, port, f"location / {{ proxy_pass http://app; {kept} }}", upstream)
    with running(name, command) as process:
        address = Address(port=port)
        wait_until_it_answers(name, address, process)
        yield Server(name=name, pid=process.pid, addresses={"http": address})


@contextmanager
def aiohttp_proxy(setting: Setting) -> Iterator[Server]:
    """A minimal reverse proxy, with kept connections."""
    name, port = "aiohttp proxy", free_port()
    command = [sys.executable, PEERS / "proxy.py", str(port), f"http://127.0.0.1:{setting.target_port}"]
    with running(name, command) as process:
        address = Address(port=port)
        wait_until_it_answers(name, address, process)
        yield Server(name=name, pid=process.pid, addresses={"http": address})


@contextmanager
def prototype(_: Setting) -> Iterator[Server]:
    """aiohttp and four children of awslambdaric."""
    name, port = "aiohttp prototype", free_port()
    arguments = [str(port), str(free_port()), str(NETWORK), "functions.hello"]
    with running(name, [sys.executable, PEERS / "prototype.py", *arguments]) as process:
        address = Address(port=port)
        wait_until_it_answers(name, address, process)
        yield Server(name=name, pid=process.pid, addresses={"lambda": address})


@contextmanager
def serverless_offline(_: Setting) -> Iterator[Server]:
    """serverless-offline with the same function at the same route."""
    name, port = "serverless-offline", free_port()
    folder = _install_packages()
    (folder / "functions.py").write_bytes((NETWORK / "functions.py").read_bytes())
    (folder / "serverless.yml").write_text(
        f"""
service: bench
provider: {{name: aws, runtime: python3.12}}
plugins: [serverless-offline]
custom:
  serverless-offline: {{httpPort: {port}, lambdaPort: {free_port()}, host: 127.0.0.1, noPrependStageInUrl: true}}
functions:
  hello: {{handler: functions.hello, timeout: 10, events: [{{httpApi: 'GET /'}}]}}
"""
    )
    command = [str(folder / "node_modules" / ".bin" / "osls"), "offline", "start"]
    with running(name, command, cwd=folder, environment={"SLS_TELEMETRY_DISABLED": "1"}) as process:
        address = Address(port=port)
        wait_until_it_answers(name, address, process)
        yield Server(name=name, pid=process.pid, addresses={"lambda": address})


def _install_packages() -> Path:
    folder = FOLDER / "offline"
    folder.mkdir(parents=True, exist_ok=True)
    wanted = json.dumps({"name": "bench-peers", "private": True, "dependencies": PACKAGES})
    package = folder / "package.json"
    if (folder / "node_modules").exists() and package.exists() and package.read_text() == wanted:
        return folder
    if not shutil.which("npm"):
        raise BenchError("npm is not installed, which installs serverless-offline (apt install nodejs npm)")
    package.write_text(wanted)
    print("Installing serverless-offline into .bench (first run only) …", file=sys.stderr)
    # It names serverless 4 as its peer; it runs on osls 4 as well.
    command = [
        "npm",
        "install",
        "--silent",
        "--no-audit",
        "--no-fund",
        "--no-package-lock",
        "--legacy-peer-deps",
    ]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        package.unlink()
        raise BenchError(f"npm install failed: {done.stdout}{done.stderr}")
    return folder


def _hide_uvloop() -> Path:
    """A folder for PYTHONPATH that has uvloop fail, as if it were not installed."""
    folder = FOLDER / "no-uvloop"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "uvloop.py").write_text('raise ImportError("hidden by the bench")\n')
    return folder


@contextmanager
def ours(
    setting: Setting, name: str, *options: str, has_uvloop: bool = False, on_terminal: bool = False
) -> Iterator[Server]:
    """`lattice dev` of this checkout."""
    environment = {} if has_uvloop else {"PYTHONPATH": str(_hide_uvloop())}
    with lattice_dev(
        name, setting.target_port, *options, environment=environment, on_terminal=on_terminal
    ) as network:
        yield _server(name, network)


@contextmanager
def against(setting: Setting) -> Iterator[Server]:
    """Another `lattice`, which `--against` names."""
    with lattice_dev(BEFORE, setting.target_port, program=setting.against or LATTICE) as network:
        yield _server(BEFORE, network)


@contextmanager
def inspected(setting: Setting) -> Iterator[Server]:
    """`lattice dev` while the inspector's page is open."""
    with ours(setting, INSPECTED) as server:
        found = re.search(r"inspect +(http://127\.0\.0\.1:\d+)/", log_of(INSPECTED).read_text())
        if found is None:
            raise BenchError(f"{INSPECTED} did not print the URL of its page; see {log_of(INSPECTED)}.")
        page = [sys.executable, PEERS / "inspector_page.py", found[1]]
        with running("inspector page", page) as process:
            yield server
            if process.poll() is not None:
                raise BenchError(f"The page's client ended; see {log_of('inspector page')}.")


def _server(name: str, network: Lattice) -> Server:
    kinds = {"lambda": "hello", "unsigned": "hello", "signed": "signed", "http": "app"}
    addresses = {kind: network.address(service) for kind, service in kinds.items()}
    return Server(name=name, pid=network.process.pid, addresses=addresses, lattice=network)


OURS = "lattice dev"
INSPECTED = "lattice dev, inspected"
BEFORE = "lattice dev, --against"
SERVERS: dict[str, Callable[[Setting], AbstractContextManager[Server]]] = {
    OURS: lambda setting: ours(setting, OURS),
    INSPECTED: inspected,
    BEFORE: against,
    "lattice dev, uvloop": lambda setting: ours(setting, "lattice dev, uvloop", has_uvloop=True),
    "lattice dev, native client": lambda setting: ours(
        setting, "lattice dev, native client", "--env=LATTICE_EVENTS_RUNTIME_CLIENT=native"
    ),
    "lattice dev, on a terminal": lambda setting: ours(
        setting, "lattice dev, on a terminal", on_terminal=True
    ),
    "lattice dev, --json": lambda setting: ours(setting, "lattice dev, --json", "--json"),
    "lattice dev, --access-log": lambda setting: ours(
        setting, "lattice dev, --access-log", f"--access-log={FOLDER / 'access.log'}"
    ),
    "serverless-offline": serverless_offline,
    "aiohttp prototype": prototype,
    "aiohttp proxy": aiohttp_proxy,
    "nginx proxy": lambda setting: nginx_proxy(setting, keeps_connections=True),
    "nginx proxy, new connections": lambda setting: nginx_proxy(setting, keeps_connections=False),
}
