"""EKS → Lattice → Lambda: the function behind `foo-service`."""

from lattice_events import Request, lattice_handler


@lattice_handler
def hello(request: Request) -> str:
    print(f"{request.event_version} event: {request.method} {request.path} from {request.source_ip}")
    return "Hello Foo Lambda!!"
