"""What ``Ref`` and ``Fn::GetAtt`` give of a template's resources: their ARNs, ids and names.

Source:
    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_VpcLattice.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from lattice_events.arn import Arn
from lattice_events.definitions.lattice_schema import made_up_name
from lattice_events.definitions.suggestions import did_you_mean
from lattice_events.definitions.types import (
    ALIAS,
    FUNCTION,
    LATTICE,
    LAYER,
    LISTENER,
    MANAGED_POLICY,
    ROLE,
    RULE,
    SERVICE,
    SERVICE_ASSOCIATION,
    SERVICE_NETWORK,
    TARGET_GROUP,
    VERSION,
    VPC_ASSOCIATION,
    is_custom,
)
from lattice_events.network.model import generated_domain_name, make_id
from lattice_events.readers.cloudformation.attributes import attributes_of, reference_of
from lattice_events.readers.cloudformation.outside import (
    UnresolvableError,
    resource_key,
)
from lattice_events.readers.cloudformation.unknown import UnknownValueError
from lattice_events.readers.common.advice import variable_option
from lattice_events.readers.common.properties import WrongPropertyError

if TYPE_CHECKING:
    from lattice_events.readers.cloudformation.template import Template

_NAME_KEYS = {
    FUNCTION: "FunctionName",
    ROLE: "RoleName",
    MANAGED_POLICY: "ManagedPolicyName",
    LAYER: "LayerName",
}
_LONGEST_NAME = 64  # of a function or a role
_NAMED_KINDS = {SERVICE_NETWORK: "service network", SERVICE: "service", TARGET_GROUP: "target group"}
# Of VPC Lattice's types: the start of an id, and how an ARN calls it if that is not the type's own name.
_IDS = {
    SERVICE_NETWORK: ("sn", "servicenetwork"),
    SERVICE: ("svc", "service"),
    LISTENER: ("listener", "listener"),
    RULE: ("rule", "rule"),
    TARGET_GROUP: ("tg", "targetgroup"),
    SERVICE_ASSOCIATION: ("snsa", "servicenetworkserviceassociation"),
    VPC_ASSOCIATION: ("snva", "servicenetworkvpcassociation"),
}


class References:
    """The identities of one template's resources; each is worked out once.

    A name that cannot be known does not make every reference to it unknown: the resource goes by the name that
    CloudFormation would make of its logical id, and who needs the name itself asks `own_name`.
    """

    def __init__(self, template: Template) -> None:
        """Keep the template."""
        self._template = template
        self._names: dict[str, str | Exception | None] = {}
        self._naming: set[str] = set()
        self._arns: dict[str, str] = {}
        self._by_arn: dict[str, Mapping[str, str]] = {}

    def own_name(self, name: str) -> str | None:
        """The name that a resource gives itself.

        Raises:
            UnknownValueError: It cannot be known.
            WrongPropertyError: It is not text.
        """
        if name not in self._names:
            self._names[name] = self._find_name(name)
        found = self._names[name]
        if isinstance(found, Exception):
            raise found
        return found

    def _find_name(self, name: str) -> str | Exception | None:
        key = _NAME_KEYS.get(self._kind(name), "Name")
        if name in self._naming:
            raise UnresolvableError("Ref", name, why="it refers to itself")
        self._naming.add(name)
        try:
            return self._template.text(name, key)
        except (UnknownValueError, WrongPropertyError) as error:
            return error
        finally:
            self._naming.discard(name)

    def name(self, name: str) -> str:
        """What a resource is called; one without a name that is known goes by its logical id."""
        try:
            given = self.own_name(name)
        except (UnknownValueError, WrongPropertyError):
            given = None
        return given or self._made_up_name(name)

    def _made_up_name(self, name: str) -> str:
        """A name for what was given none, as CloudFormation makes it of the stack and the logical id.

        A function's is the logical id, which is what its user calls it, unless another stack has such a function too.
        """
        kind, stack = self._kind(name), self._template.options.stack_name
        is_shared = kind == FUNCTION and self._template.options.stacks.share(name)
        if kind in (FUNCTION, LAYER) and not is_shared:
            return name
        if kind in _NAMED_KINDS:
            return made_up_name(_NAMED_KINDS[kind], stack, name)
        return re.sub(r"[^a-zA-Z0-9_-]+", "-", f"{stack}-{name}")[:_LONGEST_NAME]

    def _kind(self, name: str) -> str:
        return str(self._template.kind(name))

    # ── what Ref and Fn::GetAtt give ──────────────────────────────────────────────────────────

    def reference(self, name: str) -> Any:
        """What ``Ref`` gives.

        Raises:
            UnresolvableError: Nothing that could be known.
        """
        kind = self._known_kind("Ref", name, name)
        answer = reference_of(kind)
        if answer is not None:
            return answer(self, name)
        raise self._unknown("Ref", name, kind)

    def attribute(self, name: str, attribute: str) -> Any:
        """What ``Fn::GetAtt`` gives.

        Raises:
            UnresolvableError: Nothing that could be known.
        """
        shown = f"{name}.{attribute}"
        kind = self._known_kind("Fn::GetAtt", name, shown)
        known = attributes_of(kind)
        if attribute in known:
            return known[attribute](self, name)
        raise self._unknown("Fn::GetAtt", shown, kind, advice=did_you_mean(attribute, known))

    def _unknown(self, intrinsic: str, shown: str, kind: str, *, advice: str = "") -> UnresolvableError:
        """What only a deployment gives."""
        return UnresolvableError(
            intrinsic,
            shown,
            why=f"a resource of type {kind}",
            is_outside=is_custom(kind),
            advice=advice,
            option=variable_option(resource_key(shown)),
        )

    def _known_kind(self, intrinsic: str, name: str, shown: str) -> str:
        """The type of a resource that a reference names.

        Raises:
            UnresolvableError: It does not exist; what was meant may.
        """
        kind = self._template.kind(name)
        if kind is not None:
            return kind
        if name in self._template.declared:
            why, advice = (
                "its condition excludes that resource",
                " Choose with Fn::If and the same condition.",
            )
            raise UnresolvableError(intrinsic, shown, why=why, advice=advice)
        parameters = self._template.parameter_names if intrinsic == "Ref" else ()
        advice = did_you_mean(name, (*self._template.resources, *parameters))
        what = "resource or parameter" if intrinsic == "Ref" else "resource"
        advice = advice or f" Define it, or write the name of a {what} of this template."
        raise UnresolvableError(intrinsic, shown, why=f"there is no such {what}", advice=advice)

    # ── ARNs ──────────────────────────────────────────────────────────────────────────────────

    def arn(self, name: str) -> str:
        """The ARN of a resource: the one that AWS gave, else a local one."""
        if name not in self._arns:
            self._arns[name] = self._deployed(name, "Arn") or self._make_arn(name)
        return self._arns[name]

    def _deployed(self, name: str, attribute: str) -> str | None:
        """An attribute that AWS has given to a resource."""
        return self._template.options.deployed.get(name, {}).get(attribute)

    def id(self, name: str) -> str:
        """The id of a resource of VPC Lattice."""
        return self.arn(name).rpartition("/")[2]

    def _make_arn(self, name: str) -> str:
        kind, options = self._kind(name), self._template.options
        where = f"{options.region}:{options.account}"
        if kind == FUNCTION:
            return f"arn:aws:lambda:{where}:function:{self.name(name)}"
        if kind == LAYER:
            return f"arn:aws:lambda:{where}:layer:{self.name(name)}:1"
        if kind in (ALIAS, VERSION):
            return f"arn:aws:lambda:{where}:function:{self._qualified(name)}"
        if kind in (ROLE, MANAGED_POLICY):
            path = self._quiet_text(name, "Path") or "/"
            return f"arn:aws:iam::{options.account}:{'role' if kind == ROLE else 'policy'}{path}{self.name(name)}"
        return f"arn:aws:vpc-lattice:{where}:{self._lattice_part(name, kind)}"

    def _qualified(self, name: str) -> str:
        """``FUNCTION:QUALIFIER`` of an alias or a version.

        Raises:
            UnresolvableError: The function cannot be known.
        """
        function = self.needed(name, "FunctionName").rpartition("function:")[2]
        return f"{function}:{self._quiet_text(name, 'Name') or 1}"

    def _lattice_part(self, name: str, kind: str) -> str:
        """The part of an ARN that names a resource of VPC Lattice."""
        stack = self._template.options.stack_name
        word = kind.removeprefix(LATTICE).lower()
        prefix, word = _IDS.get(kind, (word, word))
        if kind in (SERVICE_NETWORK, SERVICE):  # which other sources know by name
            return f"{word}/{make_id(prefix, self.name(name))}"
        part = f"{word}/{make_id(prefix, stack, name)}"
        if kind == LISTENER:
            return f"{self._service_part(name)}/{part}"
        return f"{self._listener_part(name)}/{part}" if kind == RULE else part

    def _service_part(self, name: str) -> str:
        """``service/ID`` of the service that a listener or a rule names."""
        text = self._quiet_text(name, "ServiceIdentifier") or "unknown"
        arn = Arn.parse(text)
        return arn.resource if arn else f"service/{text}"

    def _listener_part(self, name: str) -> str:
        """``service/ID/listener/ID`` of the listener that a rule names."""
        text = self._quiet_text(name, "ListenerIdentifier") or "unknown"
        arn = Arn.parse(text)
        return arn.resource if arn else f"{self._service_part(name)}/listener/{text}"

    def _quiet_text(self, name: str, key: str) -> str | None:
        """A property; ``None`` when it cannot be known or is not text."""
        value = self._template.quiet(("Resources", name, "Properties", key))
        return value if isinstance(value, str) else None

    def needed(self, name: str, key: str) -> str:
        """A property without which a reference means nothing.

        Raises:
            UnresolvableError: It cannot be known.
        """
        try:
            return self._template.text(name, key) or "unknown"
        except UnknownValueError as error:
            raise error.parts[0][1] from None
        except WrongPropertyError as error:
            raise UnresolvableError("Ref", name, why=error.problem) from None

    def vpc_id(self, name: str) -> str:
        """The id of a VPC."""
        return make_id("vpc", self._template.options.stack_name, name)

    def service_domain(self, name: str) -> str:
        """The generated domain name of a service: the one that AWS gave, else a local one."""
        service = self.name(name)
        deployed = self._deployed(name, "DnsEntry.DomainName")
        return deployed or generated_domain_name(
            service, make_id("svc", service), self._template.options.region
        )

    # ── what only VPC Lattice's resources have ────────────────────────────────────────────────

    def named_arn(self, name: str, key: str, word: str) -> str:
        """The ARN of what a property names by ARN or id.

        Raises:
            UnresolvableError: It cannot be known.
        """
        text, options = self.needed(name, key), self._template.options
        if text.startswith("arn:"):
            return text
        return f"arn:aws:vpc-lattice:{options.region}:{options.account}:{word}/{text}"

    def find(self, kind: str, arn: str) -> str | None:
        """The logical id of the resource of a type that has an ARN."""
        if kind not in self._by_arn:
            self._by_arn[kind] = {self.arn(name): name for name in self._template.names_of(kind)}
        return self._by_arn[kind].get(arn)
