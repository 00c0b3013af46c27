"""Every error that lattice-events raises on purpose.

Nothing but exception classes lives here: no formatting of reports, no logging.

LatticeError(Exception)
├── EventError(ValueError)
│   ├── UnknownEventVersionError
│   └── MalformedEventError
├── ResponseError(ValueError)
├── ConfigurationError
│   ├── ManifestError
│   └── UnsupportedIntrinsicError
├── SigningError
│   ├── MissingCredentialsError
│   └── ExpiredCredentialsError
├── HTTPError
│   └── BodyError(ValueError)
├── CallError
│   ├── AccessDeniedError
│   ├── SignatureRejectedError
│   ├── UnreachableError
│   └── DeadlineExceededError(TimeoutError)
├── TargetError
└── MissingExtraError(ImportError)
"""

from __future__ import annotations

from lattice_events.values import plain_integer

TYPE_CHECKING = False  # `import typing` costs 3 ms of a cold start
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Literal


class LatticeError(Exception):
    """The root: catch it to catch everything that this package raises on purpose.

    Every one can be copied and pickled, so that a pool of processes can hand it on.
    """

    def __reduce__(self) -> tuple[object, ...]:
        """Message and attributes; an exception's own way calls ``__init__`` with the message alone."""
        return _restore, (type(self), self.args), self.__dict__


def _restore(cls: type[LatticeError], arguments: tuple[object, ...]) -> LatticeError:
    """An error as it was, made without its own ``__init__``."""
    error = cls.__new__(cls)
    super(LatticeError, error).__init__(*arguments)  # of ImportError and OSError too, which keep the message
    return error


class EventError(LatticeError, ValueError):
    """The mapping that a function was invoked with is not a VPC Lattice event."""


class UnknownEventVersionError(EventError):
    """The event has neither the V1 nor the V2 shape; the message says what it looks like."""


class MalformedEventError(EventError):
    """A VPC Lattice event has a field of the wrong type or an unreadable value.

    Attributes:
        field: Path of the field, such as ``requestContext.identity.type``.
    """

    def __init__(self, field: str, problem: str) -> None:
        """Name the field and what is wrong with it."""
        super().__init__(f"{field}: {problem}")
        self.field = field


class ResponseError(LatticeError, ValueError):
    """A handler returned something that VPC Lattice would not accept as a response.

    Attributes:
        field: The key at fault, such as ``headers.set-cookie``; empty for the whole value.
    """

    def __init__(self, message: str, *, field: str = "") -> None:
        """Say what was returned and what to return instead."""
        super().__init__(message)
        self.field = field


class Problem:
    """One thing that is wrong in a configuration.

    A message may quote what anybody wrote, so it is kept to lines that a terminal shows as they are, and
    to a length that people read. Only what another program said has several lines, each of them set in.

    Attributes:
        message: What is wrong, why, and what to do.
        origin: Where: ``serverless.yml:41:7``, a file, or empty when it has no place.
    """

    __slots__ = ("message", "origin")

    def __init__(self, message: str, origin: str = "") -> None:
        """Keep the message and its place."""
        self.message = "\n    ".join(map(_shown, message.split("\n    ")))
        self.origin = _shown(origin)

    def saying(self, message: str) -> Problem:
        """The same thing in other words."""
        return Problem(message, self.origin)

    def __str__(self) -> str:
        """``place: message``."""
        return f"{self.origin}: {self.message}" if self.origin else self.message

    def __repr__(self) -> str:
        """For test output."""
        return f"Problem({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        """Two reports of one thing are one."""
        return isinstance(other, Problem) and str(self) == str(other)

    def __hash__(self) -> int:
        """Equal problems hash alike."""
        return hash(str(self))


class Question(Problem):
    """What cannot be known here and the user can say; the message tells how.

    Attributes:
        option: Of the command line that answers it, ready to be copied; empty for none.
        doubtful: ARNs of the services about which it leaves doubt; ``None`` where that cannot be told.
    """

    __slots__ = ("doubtful", "option")

    def __init__(
        self,
        message: str,
        origin: str = "",
        *,
        option: str = "",
        doubtful: tuple[str, ...] | None = None,
    ) -> None:
        """Keep what is asked, and what depends on it."""
        super().__init__(message, origin)
        self.option = option
        self.doubtful = doubtful

    def saying(self, message: str) -> Question:
        """The same question in other words."""
        return Question(message, self.origin, option=self.option, doubtful=self.doubtful)


class RefusedName(Problem):
    """A name that AWS refuses: everything else can be told all the same, with that name."""

    __slots__ = ()

    def saying(self, message: str) -> RefusedName:
        """The same thing in other words."""
        return RefusedName(message, self.origin)


_MAX_LINE = 1000


def _shown(line: str) -> str:
    """A line with its control characters written as a text literal has them, and cut where it is endless."""
    if len(line) > _MAX_LINE:
        line = f"{line[: _MAX_LINE // 2]} … {line[-_MAX_LINE // 2 :]}"
    return line if line.isprintable() else "".join(c if c.isprintable() else ascii(c)[1:-1] for c in line)


class ConfigurationError(LatticeError):
    """A service network cannot be built; carries every problem that was found, not the first.

    Attributes:
        problems: What is wrong and where, in the order found.
    """

    def __init__(self, problems: Iterable[Problem] | str) -> None:
        """Take problems, or one message that has no place."""
        if isinstance(problems, str):
            problems = (Problem(problems),)
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


class ManifestError(ConfigurationError):
    """A file cannot be read or parsed.

    Attributes:
        origin: ``file:line:column`` of the first problem.
    """

    @property
    def origin(self) -> str:
        """Where the first problem is."""
        return self.problems[0].origin


class UnsupportedIntrinsicError(ConfigurationError):
    """A template uses a CloudFormation intrinsic whose value the network needs and cannot know.

    Attributes:
        intrinsic: Its name, such as ``Fn::ImportValue``.
    """

    def __init__(self, problem: Problem, *, intrinsic: str) -> None:
        """Keep the intrinsic's name beside the problem."""
        super().__init__((problem,))
        self.intrinsic = intrinsic


class SigningError(LatticeError):
    """A request cannot be signed."""


class MissingCredentialsError(SigningError):
    """No AWS credentials were found where they were looked for."""


class ExpiredCredentialsError(SigningError):
    """The credentials at hand have expired and no fresh ones were to be had."""


class HTTPError(LatticeError):
    """Raised by a handler on purpose: the only exception that becomes its own status.

    Attributes:
        status: HTTP status, 200 to 599.
        body: What the caller gets to read: text, or a value that becomes JSON.
    """

    def __init__(self, status: int, body: object = "") -> None:
        """Answer the caller with this status, such as `http.HTTPStatus.NOT_FOUND`, and body."""
        self.status: int = plain_integer(status)  # type: ignore[assignment]  # a wrong one is refused when encoded
        super().__init__(f"{self.status}: {body}" if body else str(self.status))
        self.body = body


class BodyError(HTTPError, ValueError):
    """The request's body is not what the handler asked for: a 400 unless it is caught."""

    def __init__(self, problem: str) -> None:
        """Tell the caller what is wrong with its body."""
        super().__init__(400, problem)


class CallError(LatticeError):
    """A call to another service failed.

    Attributes:
        request_id: The ``x-amzn-requestid`` of the call, if one is known.
        hint: What to check or change; part of the message too.
    """

    def __init__(self, message: str, *, request_id: str | None = None, hint: str = "") -> None:
        """Say what failed and what to do about it."""
        ended = message if not hint or message.endswith((".", "!", "?")) else f"{message}."
        super().__init__(f"{ended} {hint}".rstrip())
        self.request_id = request_id
        self.hint = hint


class AccessDeniedError(CallError):
    """VPC Lattice refused the call: a policy does not allow it, or denies it.

    Attributes:
        principal: ARN of the caller as VPC Lattice sees it, or ``anonymous``.
        resource_arn: ARN of the service, without the path.
        path: The path that was asked for.
        policy_layer: Whose policy decided: ``identity``, ``network`` or ``service``.
        explicit: Whether a statement denies; else none allows.
    """

    def __init__(
        self,
        message: str,
        *,
        principal: str,
        resource_arn: str,
        path: str,
        policy_layer: str,
        explicit: bool,
        request_id: str | None = None,
        hint: str = "",
    ) -> None:
        """Say who was refused what, and which policy to change."""
        super().__init__(message, request_id=request_id, hint=hint)
        self.principal = principal
        self.resource_arn = resource_arn
        self.path = path
        self.policy_layer = policy_layer
        self.explicit = explicit


class SignatureRejectedError(CallError):
    """VPC Lattice did not accept the signature.

    Attributes:
        code: The service's name for it, such as ``InvalidSignatureException``.
        canonical_request: The one that was signed, to compare; its session token is left out.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str,
        canonical_request: str,
        request_id: str | None = None,
        hint: str = "",
    ) -> None:
        """Say what the service said and keep what was signed."""
        super().__init__(message, request_id=request_id, hint=hint)
        self.code = code
        self.canonical_request = canonical_request


class UnreachableError(CallError):
    """No connection to the service: with VPC Lattice that is silence, never an HTTP status."""


class DeadlineExceededError(CallError, TimeoutError):
    """The call did not end inside the time that it had."""


class TargetError(LatticeError):
    """A target did not answer as a target must; the gateway answers for it.

    Attributes:
        kind: How it failed: no connection, silence, no HTTP, or a connection that ended too early.
    """

    def __init__(self, message: str, *, kind: Literal["connect", "timeout", "protocol", "closed"]) -> None:
        """Say what the target did."""
        super().__init__(message)
        self.kind = kind


class MissingExtraError(LatticeError, ImportError):
    """An optional dependency is not installed; the message names the ``pip install`` to run."""

    def __init__(self, extra: str, *, needed_for: str) -> None:
        """Name the extra and what asked for it."""
        super().__init__(f"{needed_for} needs an optional dependency: pip install 'lattice-events[{extra}]'")
        self.extra = extra
