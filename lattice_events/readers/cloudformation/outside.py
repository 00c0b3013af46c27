"""What stands outside of one template: an error that names the option to give it, and other stacks."""

from __future__ import annotations

from typing import Any

from lattice_events.readers.common.advice import variable_option


class UnresolvableError(Exception):
    """A value that cannot be known locally.

    Attributes:
        intrinsic: The function at fault.
        name: What it asks for.
        detail: The name, and why there is no such value.
        is_outside: Whether the value is somebody else's to give: another stack's, or the user's.
        advice: What to write instead, where the template names what is not there; else empty.
        option: Of the command line that gives the value, ready to be copied; empty if none does.
    """

    def __init__(
        self,
        intrinsic: str,
        name: str,
        *,
        why: str = "",
        is_outside: bool = False,
        advice: str = "",
        option: str = "",
    ) -> None:
        """Name the function and what it asks for."""
        self.intrinsic = intrinsic
        self.name = name
        self.detail = f"{name} ({why})" if why else name
        self.is_outside = is_outside
        self.advice = advice
        self.option = option
        super().__init__(f"{intrinsic} {self.detail}")


def resource_key(shown: str) -> str:
    """The ``KIND:NAME`` of what a resource gives: ``LOGICAL_ID`` or ``LOGICAL_ID.ATTRIBUTE``."""
    return f"resource:{shown}"


class OtherStacks:
    """What other stacks give to one; here, nothing."""

    def share(self, logical_id: str) -> bool:  # noqa: ARG002 (of those who know some)
        """Whether several stacks have a function of this logical id that is given no name."""
        return False

    def exported(self, name: str, *, region: str, account: str) -> Any:  # noqa: ARG002 (of those who know some)
        """The value that a stack of this Region and account exports.

        Raises:
            UnresolvableError: None does.
        """
        option = variable_option(f"import:{name}")
        raise UnresolvableError("Fn::ImportValue", name, is_outside=True, option=option)

    def output(self, stack: str, name: str) -> Any:
        """An output of a stack by its name.

        Raises:
            UnresolvableError: There is none.
        """
        shown, option = f"{stack}.{name}", variable_option(f"cf:{stack}.{name}")
        raise UnresolvableError("Fn::GetStackOutput", shown, is_outside=True, option=option)

    def nested_output(self, stack: str, logical_id: str, name: str) -> Any:
        """An output of the nested stack that a resource of `stack` is.

        Raises:
            UnresolvableError: There is none.
        """
        shown = f"{logical_id}.Outputs.{name}"
        why, option = "its template is not read here", variable_option(f"cf:{stack}-{logical_id}.{name}")
        raise UnresolvableError("Fn::GetAtt", shown, why=why, is_outside=True, option=option)
