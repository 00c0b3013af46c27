"""The next version of `hello`, which a tenth of /canary gets."""

from lattice_events import Request, lattice_handler


@lattice_handler
def hello(request: Request) -> str:
    return f"Hello Foo Lambda, next version, {request.headers.get('x-name', 'you')}!!"
