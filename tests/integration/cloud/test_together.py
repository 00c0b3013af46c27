"""Many clients at once, and what stays on this machine."""

from __future__ import annotations

import json
import socket
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor

from tests.integration.cloud.running import Cloud, create_function, create_service, zipped
from tests.integration.running import BIN, PATIENCE_SECONDS, clean_environment

HELLO = """
def handler(event, context):
    return {"statusCode": 200, "body": f"hello from {context.function_name}"}
"""
RELAY = """
import boto3

def handler(event, context):
    boto3.client("s3").put_object(Bucket="notified", Key="event", Body=event["Records"][0]["Sns"]["Message"])
"""


def test_calls_that_come_together_are_all_done(cloud: Cloud) -> None:
    client = cloud.client("vpc-lattice")

    with ThreadPoolExecutor(32) as pool:
        made = list(pool.map(lambda number: client.create_service(name=f"many-{number}")["id"], range(100)))
        gone = list(pool.map(lambda service: client.delete_service(serviceIdentifier=service)["id"], made))

    assert sorted(gone) == sorted(made)
    assert len(set(made)) == 100


def test_a_service_answers_while_others_are_made(cloud: Cloud) -> None:
    create_service(cloud, "steady-service", create_function(cloud, "steady", HELLO))
    client, url = cloud.client("vpc-lattice"), cloud.url_of("steady-service")
    done = threading.Event()

    def make() -> None:
        for number in range(20):
            client.create_service(name=f"other-{number}")
        done.set()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(make)
        answers = {cloud.get(url)}
        while not done.is_set():
            answers.add(cloud.get(url))

    assert answers == {(200, "hello from steady")}


def test_no_request_fails_while_code_is_replaced(cloud: Cloud) -> None:
    versions = [HELLO.replace("hello", f"hello {number}") for number in range(10)]
    create_service(cloud, "replaced-service", create_function(cloud, "replaced", versions[0]))
    functions, url = cloud.client("lambda"), cloud.url_of("replaced-service")
    done = threading.Event()

    def ask() -> set[tuple[int, str]]:
        answers = {cloud.get(url)}
        while not done.is_set():
            answers.add(cloud.get(url))
        return answers

    with ThreadPoolExecutor(3) as pool:
        asking = [pool.submit(ask) for _ in range(3)]
        for version in versions:
            functions.update_function_code(FunctionName="replaced", ZipFile=zipped(version))
        done.set()
        answers = set().union(*(each.result() for each in asking))

    assert answers <= {(200, f"hello {number} from replaced") for number in range(10)}
    assert cloud.get(url) == (200, "hello 9 from replaced")


def test_lattice_call_finds_what_was_deployed(cloud: Cloud) -> None:
    create_service(cloud, "found-service", create_function(cloud, "found", HELLO))

    done = subprocess.run(
        [BIN / "lattice", "call", "found-service"],
        capture_output=True,
        text=True,
        env=clean_environment(),
        timeout=PATIENCE_SECONDS,
    )

    assert (done.returncode, done.stdout.strip()) == (0, "hello from found"), done.stderr


def test_moto_sends_nothing_to_a_url(cloud: Cloud) -> None:
    sns = cloud.client("sns")
    topic = sns.create_topic(Name="outside")["TopicArn"]
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=url)
        sns.publish(TopicArn=topic, Message="secret")
        listener.setblocking(False)
        try:
            listener.accept()
        except BlockingIOError:
            return
    raise AssertionError("moto connected")


def test_an_event_of_moto_runs_the_function_which_may_call_aws_itself(cloud: Cloud) -> None:
    cloud.client("s3", region="us-east-1").create_bucket(Bucket="notified")
    sns = cloud.client("sns")
    topic = sns.create_topic(Name="inside")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=create_function(cloud, "relay", RELAY))

    sns.publish(TopicArn=topic, Message=json.dumps("told"))

    told = cloud.client("s3").get_object(Bucket="notified", Key="event")["Body"].read()
    assert json.loads(told) == "told"
