"""Start the local network, tell both stories, try its policies, compare the answers, stop everything."""

import json
import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

BIN = Path(sys.executable).parent
FIRST = "Hello Foo Lambda!!"
SECOND = {"statusCode": 200, "body": "from EKS: Hello Bar EKS Pod!!"}
ALLOWED = '"item":"tea"'
DENIED = "AccessDeniedException: User: anonymous is not authorized"
NEAREST = "the nearest, EksClientReads, lacks Principal"
IS_TERMINAL = sys.stdout.isatty() and "NO_COLOR" not in os.environ


def bold(text: str) -> str:
    return f"\033[1m{text}\033[0m" if IS_TERMINAL else text


def start_network() -> tuple["subprocess.Popen[str]", dict[str, Any]]:
    """Start `lattice dev` on free ports and wait for its first line."""
    print("Starting the service network: lattice dev", flush=True)
    network = subprocess.Popen(
        [BIN / "lattice", "dev", "--json", "--port", "0", "--tls-port", "0", "--control-port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert network.stdout
    line = network.stdout.readline()
    if not line:
        sys.exit(network.communicate()[1] or "lattice dev ended without a word")
    ready: dict[str, Any] = json.loads(line)
    print(f"  ready in {ready['ready_ms']} ms: {', '.join(each['name'] for each in ready['services'])}\n")
    return network, ready


def show(title: str, command: str) -> "subprocess.CompletedProcess[str]":
    """Run a command and print it with its answer."""
    print(bold(title))
    print(f"  $ {command}", flush=True)
    environment = {
        **{name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")},
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",  # the AWS CLI of .venv
        # Made up: the control port wants a request, not an account.
        "AWS_ACCESS_KEY_ID": "LATTICELOCAL",
        "AWS_SECRET_ACCESS_KEY": "not-a-secret",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    done = subprocess.run(shlex.split(command), env=environment, capture_output=True, text=True, timeout=60)
    print(f"  {done.stdout.strip()}{done.stderr.strip()}\n", flush=True)
    return done


def tell_stories(ready: dict[str, Any]) -> bool:
    """Make both calls; whether both answers are right."""
    foo = next(each for each in ready["services"] if each["name"] == "foo-service")
    first = show(
        "EKS → Lattice → Lambda, as a pod would call it",
        f"curl -sS --max-time 20 --proxy {ready['gateway_url']} --cacert {ready['ca_file']} {foo['url']}",
    )
    second = show(
        "Lambda → Lattice → EKS, as the AWS CLI invokes it",
        f"aws lambda invoke --region ap-northeast-1 --endpoint-url {ready['control_url']} "
        "--function-name sample-dev-eksClient /dev/stdout",
    )
    # The CLI prints its own report behind the function's answer.
    try:
        answer, _ = json.JSONDecoder().raw_decode(second.stdout)
    except ValueError:
        answer = {}
    first_is_right = first.stdout.strip() == FIRST
    second_is_right = isinstance(answer, dict) and SECOND.items() <= answer.items()
    return first_is_right and second_is_right


def try_policies(network: "subprocess.Popen[str]", ready: dict[str, Any]) -> bool:
    """Call the service that asks who calls, as its friend and as nobody; whether one gets in and one does not."""
    orders = next(each for each in ready["services"] if each["name"] == "orders-service")
    allowed = show(
        "orders-service has AuthType AWS_IAM: eksClient, whose role its policy names, is let in",
        "lattice call --as eksClient orders-service/orders/7",
    )
    denied = show(
        "… and who does not sign is not",
        f"curl -sS --max-time 20 --proxy {ready['gateway_url']} --cacert {ready['ca_file']} {orders['url']}/orders/7",
    )
    is_denied = denied.stdout.startswith(DENIED)
    why = reason_of_denial(network) if is_denied else ""
    print(bold("  lattice dev says why:"))
    print("".join(f"    {line}\n" for line in why.splitlines()))
    print("  Sign as somebody whom it names, as eksClient above, or change EksClientReads in serverless.yml.")
    print(
        "  The whole decision, without a running network: .venv/bin/lattice explain orders-service/orders/7\n"
    )
    return ALLOWED in allowed.stdout and is_denied and NEAREST in why


def reason_of_denial(network: "subprocess.Popen[str]") -> str:
    """What `lattice dev` says of the request that was denied last."""
    assert network.stdout
    for line in network.stdout:
        event = json.loads(line)
        if event["event"] == "request" and event["status"] == 403:
            return str(event["reason"])
    return ""


def keep(ready: dict[str, Any]) -> None:
    """Leave the network up until Ctrl-C."""
    print(bold("The network stays up; Ctrl-C stops it. Try:"))
    for each in ready["services"]:
        print(f"  curl {each['local_url']}")
    print("  curl " + ready["services"][-1]["local_url"] + "app")
    print(
        f"  curl --proxy {ready['gateway_url']} --cacert {ready['ca_file']} {ready['services'][0]['url']}",
        flush=True,
    )
    try:
        signal.pause()
    except KeyboardInterrupt:
        print()


def main() -> int:
    network, ready = start_network()
    try:
        stories_are_right = tell_stories(ready)
        is_right = try_policies(network, ready) and stories_are_right
        print(bold("All answers are right." if is_right else "An answer is wrong."))
        if "--keep" in sys.argv[1:]:
            keep(ready)
    finally:
        network.send_signal(signal.SIGTERM)
        output, errors = network.communicate(timeout=20)
    if not is_right:
        print(output + errors, file=sys.stderr)
    return 0 if is_right else 1


if __name__ == "__main__":
    sys.exit(main())
