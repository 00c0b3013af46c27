"""The endpoint serves AWS clients of this machine, and nobody else."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
from typing import Any

import pytest

from tests.integration.cloud.running import Cloud
from tests.integration.running import clean_environment

SCOPE = "Credential=local/20260101/eu-west-1/{}/aws4_request"
SIGNED = f"AWS4-HMAC-SHA256 {SCOPE.format('sts')}, SignedHeaders=host, Signature=0"
FORM = "Action=GetCallerIdentity&Version=2011-06-15"


def ask(
    cloud: Cloud, method: str, path: str, body: str = "", **headers: str
) -> tuple[int, dict[str, str], str]:
    """Ask as a client that is up to no good may."""
    connection = http.client.HTTPConnection("127.0.0.1", cloud.port, timeout=60)
    try:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body=body or None, headers=named)
        response = connection.getresponse()
        return response.status, dict(response.getheaders()), response.read().decode()
    finally:
        connection.close()


def whoami(cloud: Cloud, **headers: Any) -> tuple[int, dict[str, str], str]:
    """A call that is welcome, but for what the headers say."""
    form = {"Content_Type": "application/x-www-form-urlencoded", "Authorization": SIGNED}
    return ask(cloud, "POST", "/", FORM, **{**form, **headers})


def test_a_client_on_this_machine_is_served(cloud: Cloud) -> None:
    status, headers, body = whoami(cloud)

    assert (status, "123456789012" in body) == (200, True)
    assert not [name for name in headers if name.lower().startswith("access-control")]


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example:9000"},
        {"Host": "evil.example#.localhost"},
        {"Host": "127.0.0.1, evil.example"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
    ],
)
def test_a_page_is_refused(cloud: Cloud, headers: dict[str, str]) -> None:
    status, _, body = whoami(cloud, **headers)

    assert (status, "Refused" in body) == (403, True)


@pytest.mark.parametrize("authorization", ["", "Basic eDp5", "AWS4-HMAC-SHA256 Credential=x/y/z", "Bearer x"])
def test_a_request_without_a_credential_scope_is_refused(cloud: Cloud, authorization: str) -> None:
    status, headers, body = whoami(cloud, Authorization=authorization)

    assert (status, headers["x-amzn-ErrorType"]) == (403, "MissingAuthenticationTokenException")
    assert "AWS_ENDPOINT_URL" in json.loads(body)["message"]


@pytest.mark.parametrize(
    "path",
    [
        "/moto-api/",
        "/moto-api/reset",
        "/moto%2dapi/reset",
        "//moto-api/reset",
        "/moto-api/data.json",
        "/latest/meta-data/iam/security-credentials/",
        "/favicon.ico",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_pages_of_moto_are_not_served(cloud: Cloud, method: str, path: str) -> None:
    cloud.client("s3", region="us-east-1").create_bucket(Bucket="still-here")

    status, _, body = ask(cloud, method, path, Authorization=SIGNED)

    assert status in (403, 404, 405)
    assert "html" not in body.lower()
    cloud.client("s3").head_bucket(Bucket="still-here")


def test_a_presigned_url_serves_an_object(cloud: Cloud) -> None:
    s3 = cloud.client("s3", region="us-east-1")
    s3.create_bucket(Bucket="presigned")
    s3.put_object(Bucket="presigned", Key="a key", Body=b"x" * 100_000)
    url = s3.generate_presigned_url("get_object", Params={"Bucket": "presigned", "Key": "a key"})

    assert cloud.curl(url).stdout == 100_000 * "x" + "\n200"


def test_a_bucket_may_stand_in_front_of_the_host(cloud: Cloud) -> None:
    s3 = cloud.client("s3", region="us-east-1")
    s3.create_bucket(Bucket="in-front")
    s3.put_object(Bucket="in-front", Key="a/key", Body=b"found")

    host = f"in-front.localhost:{cloud.port}"
    status, _, body = ask(cloud, "GET", "/a/key", Host=host, Authorization=SIGNED.replace("/sts/", "/s3/"))

    assert (status, body) == (200, "found")


def test_a_service_that_nobody_has_is_refused_by_name(cloud: Cloud) -> None:
    status, headers, body = whoami(cloud, Authorization=SIGNED.replace("/sts/", "/nosuchthing/"))

    assert (status, "nosuchthing" in body, "Traceback" in body) == (501, True, False)
    assert "Server" in headers


def test_the_client_sees_no_traceback(cloud: Cloud) -> None:
    status, _, body = ask(cloud, "POST", "/", "{", Authorization=SIGNED.replace("/sts/", "/dynamodb/"))

    assert (status, "Traceback" in body) == (400, False)


def test_a_head_has_no_body(cloud: Cloud) -> None:
    status, _, body = ask(cloud, "HEAD", "/nobody-has-this", Authorization=SIGNED.replace("/sts/", "/s3/"))

    assert (status, body) == (404, "")
    with socket.create_connection(("127.0.0.1", cloud.port), timeout=60) as connection:
        connection.sendall(b"HEAD / HTTP/1.1\r\nHost: evil.example\r\n\r\n")
        assert received(connection).partition(b"\r\n\r\n")[2] == b""


def received(connection: socket.socket) -> bytes:
    """Everything until the other end closes."""
    return b"".join(iter(lambda: connection.recv(65536), b""))


@pytest.mark.parametrize(
    "head",
    [
        "GET http://[/services HTTP/1.1\r\nHost: 127.0.0.1",
        "GET http://evil.example/ HTTP/1.1\r\nHost: 127.0.0.1",
        "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example",
        "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1\r\nContent-Length: 2",
        "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\nzz",
        "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\nshort",
    ],
)
def test_a_request_that_is_no_sound_http_is_refused(cloud: Cloud, head: str) -> None:
    with socket.create_connection(("127.0.0.1", cloud.port), timeout=60) as connection:
        connection.sendall(f"{head}\r\nAuthorization: {SIGNED}\r\n\r\n".encode())
        connection.shutdown(socket.SHUT_WR)
        answer = received(connection)

    assert answer.split(b" ", 2)[1] in (b"400", b"403"), answer


@pytest.mark.parametrize("length", ["-1", "x", "1e9", "99999999999999"])
def test_a_body_of_no_sensible_length_is_refused(cloud: Cloud, length: str) -> None:
    status, _, body = ask(cloud, "POST", "/", Authorization=SIGNED, Content_Length=length)

    assert (status in (400, 413), "Traceback" in body) == (True, False)


@pytest.mark.skipif(sys.platform != "linux" or os.getuid() != 0, reason="it takes root to be another user")
def test_another_user_is_refused(cloud: Cloud) -> None:
    command = ["curl", "-sS", "-H", f"Authorization: {SIGNED}", "-d", FORM, cloud.endpoint_url]

    done = subprocess.run(command, capture_output=True, text=True, user=65534, env=clean_environment())

    assert "AccessDeniedException" in done.stdout
    assert "another user" in done.stdout
