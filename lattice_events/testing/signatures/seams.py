"""Where mocking libraries take requests, and where signers have their credentials.

Each place is one that the library itself looks up when it is called and that no other library replaces: so it does not
matter which mock starts first, or whether it starts at all.
"""

from __future__ import annotations

import functools
import importlib.abc
import inspect
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

import pytest

from lattice_events.testing.signatures.sent import Sent, read_httpx, read_prepared

Arguments = tuple[Any, ...]


@dataclass(frozen=True, kw_only=True)
class Mock:
    """Where a library takes a request instead of sending it.

    Attributes:
        library: Its name on PyPI.
        module: That has it.
        place: The attribute of the module, with dots.
        position: Of the request among the arguments, or its name.
        read: Gives the request as a value.
    """

    library: str
    module: str
    place: str
    position: int | str
    read: Callable[[Any], Sent]

    def find(self, arguments: Arguments, named: dict[str, Any]) -> Any:
        """The library's own request."""
        return named[self.position] if isinstance(self.position, str) else arguments[self.position]


MOCKS = (
    Mock(
        library="responses",  # moto's patches for requests are its too
        module="responses",
        place="RequestsMock._on_request",
        position=2,
        read=read_prepared,
    ),
    Mock(
        library="requests-mock",
        module="requests_mock.adapter",
        place="Adapter.send",
        position=1,
        read=read_prepared,
    ),
    Mock(
        library="moto",
        module="moto.core.botocore_stubber",
        place="BotocoreStubber.__call__",
        position="request",
        read=read_prepared,
    ),
    Mock(library="respx", module="respx.mocks", place="Mocker.handler", position=1, read=read_httpx),
    Mock(library="respx", module="respx.mocks", place="Mocker.async_handler", position=1, read=read_httpx),
    Mock(
        library="pytest-httpx",
        module="pytest_httpx._httpx_mock",
        place="HTTPXMock._handle_request",
        position=2,
        read=read_httpx,
    ),
    Mock(
        library="pytest-httpx",
        module="pytest_httpx._httpx_mock",
        place="HTTPXMock._handle_async_request",
        position=2,
        read=read_httpx,
    ),
    Mock(
        library="httpx",
        module="httpx",
        place="MockTransport.handle_request",
        position=1,
        read=read_httpx,
    ),
    Mock(
        library="httpx",
        module="httpx",
        place="MockTransport.handle_async_request",
        position=1,
        read=read_httpx,
    ),
)


@dataclass(frozen=True, kw_only=True)
class Signer:
    """Where credentials can be seen that requests are signed with.

    Attributes:
        module: That has the place.
        place: The attribute of the module, with dots.
        credentials: Finds them in the arguments and the result of a call.
    """

    module: str
    place: str
    credentials: Callable[[Arguments, dict[str, Any], Any], Any]


SIGNERS = (
    Signer(
        module="lattice_events.sigv4.lattice",
        place="sign",
        credentials=lambda _, named, __: named["credentials"],
    ),
    Signer(
        module="lattice_events.client.sigv4a",
        place="sign_sigv4a",
        credentials=lambda _, named, __: named["credentials"],
    ),
    Signer(
        module="botocore.auth",
        place="SigV4Auth.signature",
        credentials=lambda arguments, _, __: arguments[0].credentials,
    ),
    Signer(
        module="botocore.crt.auth",
        place="CrtSigV4Auth.add_auth",
        credentials=lambda arguments, _, __: arguments[0].credentials,
    ),
    Signer(
        module="botocore.crt.auth",
        place="CrtSigV4AsymAuth.add_auth",
        credentials=lambda arguments, _, __: arguments[0].credentials,
    ),
    Signer(
        module="botocore.session",
        place="Session.get_credentials",
        credentials=lambda _, __, result: result,
    ),
)

Replace = Callable[[Callable[..., Any]], Callable[..., Any]]


@contextmanager
def replaced(places: Sequence[tuple[str, str, Replace]]) -> Iterator[None]:
    """Put something else in places meanwhile, in modules that are loaded later too.

    Args:
        places: A module, an attribute in it, and what makes the replacement of the function that is there.
    """
    with pytest.MonkeyPatch.context() as patch:

        def replace_in(module: ModuleType) -> None:
            for name, place, replace in places:
                if name == module.__name__:
                    _replace(patch, module, place, replace)

        names = frozenset(name for name, _, _ in places)
        for name in names & sys.modules.keys():
            replace_in(sys.modules[name])
        finder = _Finder(names, replace_in)
        sys.meta_path.insert(0, finder)
        try:
            yield
        finally:
            sys.meta_path.remove(finder)


def _replace(patch: pytest.MonkeyPatch, module: ModuleType, place: str, replace: Replace) -> None:
    """Replace one function, whether a class has it, or the module."""
    *owners, name = place.split(".")
    owner: Any = module
    for each in owners:
        owner = getattr(owner, each, None)
    current = inspect.getattr_static(owner, name, None)
    if current is None:
        version = getattr(sys.modules[module.__name__.partition(".")[0]], "__version__", "of this version")
        warnings.warn(
            f"lattice_signatures cannot watch {module.__name__} {version}: it has no {place}.",
            pytest.PytestWarning,
            stacklevel=2,
        )
    elif isinstance(current, classmethod):
        patch.setattr(owner, name, classmethod(replace(current.__func__)))
    else:
        patch.setattr(owner, name, replace(current))


class _Finder(importlib.abc.MetaPathFinder):
    """Tells when one of some modules has been loaded; finding it is left to the others."""

    def __init__(self, names: frozenset[str], loaded: Callable[[ModuleType], None]) -> None:
        self._names, self._loaded = names, loaded

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find it as the others would."""
        if fullname not in self._names:
            return None
        for finder in sys.meta_path:
            spec = None if finder is self else finder.find_spec(fullname, path, target)
            if spec is not None:
                self._tell(spec, fullname)
                return spec
        return None

    def _tell(self, spec: ModuleSpec, name: str) -> None:
        """Let the loader tell, once; it may be one that loads other modules too."""
        loader: Any = spec.loader
        execute = loader.exec_module

        def exec_module(module: ModuleType) -> None:
            execute(module)
            if module.__name__ == name:
                vars(loader).pop("exec_module", None)
                self._loaded(module)

        loader.exec_module = exec_module


def before(
    original: Callable[..., Any], told: Callable[[Arguments, dict[str, Any]], AbstractContextManager[None]]
) -> Callable[..., Any]:
    """A function that first enters a context with its arguments, sync or async as the original is."""
    if inspect.iscoroutinefunction(original):

        @functools.wraps(original)
        async def wait(*arguments: Any, **named: Any) -> Any:
            with told(arguments, named):
                return await original(*arguments, **named)

        return wait

    @functools.wraps(original)
    def call(*arguments: Any, **named: Any) -> Any:
        with told(arguments, named):
            return original(*arguments, **named)

    return call


def after(
    original: Callable[..., Any], told: Callable[[Arguments, dict[str, Any], Any], None]
) -> Callable[..., Any]:
    """A function that says what it was called with and what it gave."""

    @functools.wraps(original)
    def call(*arguments: Any, **named: Any) -> Any:
        result = original(*arguments, **named)
        told(arguments, named, result)
        return result

    return call
