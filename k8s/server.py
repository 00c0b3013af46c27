"""The app that runs in the EKS pod: answers every GET with one line of text.

`kubectl apply -k k8s` puts this file into a ConfigMap; `lattice dev` runs it as it is.
"""

import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # header and body in one packet; two of them wait 40 ms for each other on a kept connection

    def do_GET(self) -> None:
        body = b"Hello Bar EKS Pod!!"
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_HEAD = do_GET

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:  # noqa: ARG002 - as it is called
        # The id that the caller logs too, and VPC Lattice in its access log. Health checks have none.
        request_id = self.headers.get("x-amzn-requestid")
        if request_id is not None:
            self.log_message("%s %s, request id %s", self.requestline, code, request_id)


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    # A pod listens on every address (the Deployment says so), a laptop on loopback only.
    address = (os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "8080")))
    with ThreadingHTTPServer(address, Handler) as server:
        server.serve_forever()


if __name__ == "__main__":
    main()
