"""The values of one CloudFormation template: what its properties and references stand for locally."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lattice_events.arn import Arn
from lattice_events.assumptions import DEFAULTS, Assumptions
from lattice_events.errors import Problem, UnsupportedIntrinsicError
from lattice_events.network.model import generated_domain_name, make_id
from lattice_events.readers.cloudformation.intrinsics import (
    NO_VALUE,
    Resolver,
    is_intrinsic,
)
from lattice_events.readers.cloudformation.outside import OtherStacks, UnresolvableError
from lattice_events.readers.common.documents import Locate, Path, mapping
from lattice_events.readers.common.fragment import Fragment, did_you_mean
from lattice_events.readers.common.lattice_schema import made_up_name, name_problem
from lattice_events.readers.common.sources import RunSettings

LATTICE = "AWS::VpcLattice::"
FUNCTION = "AWS::Lambda::Function"
ROLE = "AWS::IAM::Role"
MANAGED_POLICY = "AWS::IAM::ManagedPolicy"
# Attributes that are a function's ARN with a version or an alias behind it; Ref gives it too.
_QUALIFIED_ARNS = (("AWS::Lambda::Alias", "AliasArn"), ("AWS::Lambda::Version", "FunctionArn"))

_GENERAL_ADVICE = " Give the value itself, a parameter with a Default, or --param NAME=VALUE."


@dataclass(frozen=True, kw_only=True)
class TemplateOptions:
    """What a template does not say.

    Attributes:
        region: Of the run.
        account: Of the run.
        stack_name: ``AWS::StackName``.
        parameters: Given values of parameters.
        variables: What only AWS knows, by ``KIND:NAME``.
        stacks: The other stacks.
        code: Gives the folder or archive with a function's code, by logical id; ``None`` when unknown.
        runs_functions: Whether what their code lacks is to be noted.
        run_settings: How the functions run.
        target_urls: URLs of HTTP targets, by logical id or name of the target group.
        assumptions: What a match means that does not mind its case.
    """

    region: str
    account: str
    stack_name: str = "local"
    parameters: Mapping[str, Any] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    stacks: OtherStacks = field(default_factory=OtherStacks)
    code: Callable[[str], str | None] = lambda _: None
    runs_functions: bool = False
    run_settings: RunSettings = field(default_factory=RunSettings)
    target_urls: Mapping[str, Sequence[str]] = field(default_factory=dict)
    assumptions: Assumptions = DEFAULTS


class Template:
    """A template whose values can be asked for; what cannot be known becomes a problem."""

    def __init__(self, template: Mapping[str, Any], locate: Locate, options: TemplateOptions) -> None:
        self.locate = locate
        self.options = options
        self.fragment = Fragment()
        self._unknown: list[Path] = []
        pseudo = {
            "AWS::Region": options.region,
            "AWS::AccountId": options.account,
            "AWS::Partition": "aws",
            "AWS::StackName": options.stack_name,
            "AWS::StackId": f"arn:aws:cloudformation:{options.region}:{options.account}:stack/{options.stack_name}/local",
            "AWS::URLSuffix": "amazonaws.com",
        }
        self.resolver = Resolver(
            template,
            pseudo=pseudo,
            parameters=options.parameters,
            variables=options.variables,
            stacks=options.stacks,
            reference=self._reference,
            attribute=self._attribute,
        )
        self._note_transforms(template.get("Transform"))
        self.resources: dict[str, Mapping[str, Any]] = {}
        self._written = mapping(template.get("Resources"))
        self._parameter_names = (*map(str, mapping(template.get("Parameters"))), *pseudo)
        for name, resource in self._written.items():
            if self._exists(str(name), resource):
                self.resources[str(name)] = resource

    def _note_transforms(self, given: Any) -> None:
        """Say that macros do not run: only CloudFormation can run them."""
        for each in given if isinstance(given, list) else [given]:
            name = each.get("Name") if isinstance(each, dict) else each
            if name is not None:
                self.fragment.notes.append(
                    f"{self.locate(('Transform',))}: The transform {name} is not run here, so what it makes is missing. "
                    "Use the processed template: aws cloudformation get-template --template-stage Processed."
                )

    def _exists(self, name: str, resource: Any) -> bool:
        """Whether a resource is one, and its condition holds."""
        path: Path = ("Resources", name)
        if not isinstance(resource, dict) or not isinstance(resource.get("Type"), str):
            self.problem(path, f"The resource {name} has no Type.")
            return False
        condition = resource.get("Condition")
        if condition is None:
            return True
        try:
            return self.resolver.holds(condition)
        except UnresolvableError as error:
            if resource["Type"].startswith(LATTICE):
                self.unresolvable((*path, "Condition"), error)
            return False

    def is_kind(self, name: str, *kinds: str) -> bool:
        """Whether a resource exists and is of one of these types."""
        return name in self.resources and self.resources[name]["Type"] in kinds

    def names_of(self, kind: str) -> list[str]:
        """Logical ids of the resources of a VPC Lattice type."""
        return [name for name, resource in self.resources.items() if resource["Type"] == LATTICE + kind]

    # ── values ────────────────────────────────────────────────────────────────────────────────

    def problem(self, path: Path, message: str) -> None:
        """Note what is wrong at a key path, unless it only lacks a value that was noted as unknown."""
        if not any(unknown[: len(path)] == path for unknown in self._unknown):
            self.fragment.problems.append(Problem(message, self.locate(path)))

    def unresolvable(self, path: Path, error: UnresolvableError) -> None:
        """Note a value that the network needs and cannot know."""
        given = f" Give it with {error.option}." if error.option else _GENERAL_ADVICE
        advice = error.advice or given
        message = (
            f"lattice dev needs this value but cannot know it: {error.intrinsic} {error.detail}.{advice}"
        )
        unsupported = UnsupportedIntrinsicError(
            Problem(message, self.locate(path)), intrinsic=error.intrinsic
        )
        self.fragment.problems += unsupported.problems
        self._unknown.append(path)

    def value(self, path: Path, default: Any = None) -> Any:
        """A resolved property of a resource; an unresolvable one is a problem and the default."""
        value = self.written(path)
        if value is None:
            return default
        try:
            resolved = self.resolver.resolve(value)
        except UnresolvableError as error:
            self.unresolvable(self._deepest(value, path), error)
            return default
        return default if resolved is None or resolved is NO_VALUE else resolved

    def written(self, path: Path) -> Any:
        """What stands at a key path of a resource, unresolved."""
        value: Any = self.resources[str(path[1])]
        for key in path[2:]:
            if isinstance(value, list) and isinstance(key, int) and key < len(value):
                value = value[key]
            else:
                value = value.get(key) if isinstance(value, dict) else None
        return value

    def _deepest(self, value: Any, path: Path) -> Path:
        """The path of the intrinsic inside of a value that cannot be resolved."""
        keys = value if isinstance(value, dict) and not is_intrinsic(value) else ()
        for key in range(len(value)) if isinstance(value, list) else keys:
            try:
                self.resolver.resolve(value[key])
            except UnresolvableError:
                return self._deepest(value[key], (*path, key))
        return path

    def property(self, name: str, key: str, default: Any = None) -> Any:
        """A resolved property of a resource by logical id."""
        return self.value(("Resources", name, "Properties", key), default)

    def text(self, name: str, key: str) -> str | None:
        """A property that must be text; numbers count as text, as in CloudFormation."""
        value = self.property(name, key)
        if value is None or isinstance(value, str):
            return value
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return str(value)
        self.problem(("Resources", name, "Properties", key), f"{key} must be text, not {value!r}.")
        return None

    def tags(self, name: str) -> dict[str, str]:
        """The tags of a resource, as far as they are known."""
        given = self.quiet(("Resources", name, "Properties", "Tags"))
        found = [tag for tag in given if isinstance(tag, dict)] if isinstance(given, list) else []
        return {str(tag.get("Key")): str(tag.get("Value")) for tag in found}

    def origin(self, name: str, *path: str | int) -> str:
        """Where a resource stands."""
        return self.locate(("Resources", name, *path))

    def name(self, name: str, kind: str) -> str:
        """A resource's own name: its Name, or one made of the logical id as CloudFormation would."""
        given = self.text(name, "Name")
        if given is None:
            return made_up_name(kind, self.options.stack_name, name)
        problem = name_problem(kind, given)
        if problem:
            path: Path = ("Resources", name, "Properties", "Name")
            self.problem(path, problem[0].upper() + problem[1:] + ".")
        return given

    # ── references ────────────────────────────────────────────────────────────────────────────

    def _reference(self, name: str) -> Any:
        """What ``Ref`` gives: the ARN of VPC Lattice's resources, the name of a function."""
        kind = self._kind("Ref", name, name)
        if kind.startswith(LATTICE):
            return self.arn(name)
        if kind == FUNCTION:
            return self.function_name(name)
        if kind in (MANAGED_POLICY, *(kind for kind, _ in _QUALIFIED_ARNS)):
            return self.arn(name)
        if kind == ROLE:
            return self.arn(name).rpartition("/")[2]
        if kind == "AWS::EC2::VPC":
            return make_id("vpc", self.options.stack_name, name)
        raise UnresolvableError("Ref", name, why=f"a resource of type {kind}")

    def _kind(self, intrinsic: str, name: str, shown: str) -> str:
        """The type of a resource that a reference names.

        Raises:
            UnresolvableError: It does not exist; what was meant may.
        """
        if name in self.resources:
            return str(self.resources[name]["Type"])
        if name in self._written:
            why, advice = (
                "its condition excludes that resource",
                " Choose with Fn::If and the same condition.",
            )
            raise UnresolvableError(intrinsic, shown, why=why, advice=advice)
        parameters = self._parameter_names if intrinsic == "Ref" else ()
        advice = did_you_mean(name, (*self.resources, *parameters))
        what = "resource or parameter" if intrinsic == "Ref" else "resource"
        advice = advice or f" Define it, or write the name of a {what} of this template."
        raise UnresolvableError(intrinsic, shown, why=f"there is no such {what}", advice=advice)

    def _attribute(self, name: str, attribute: str) -> Any:
        """What ``Fn::GetAtt`` gives."""
        shown = f"{name}.{attribute}"
        kind = self._kind("Fn::GetAtt", name, shown)
        if attribute == "Arn" and (kind.startswith(LATTICE) or kind in (FUNCTION, ROLE)):
            return self.arn(name)
        if (kind, attribute) == (MANAGED_POLICY, "PolicyArn"):
            return self.arn(name)
        if (kind, attribute) in _QUALIFIED_ARNS:
            return self.arn(name)
        if kind.startswith(LATTICE) and attribute == "Id":
            return self.arn(name).rpartition("/")[2]
        if kind == LATTICE + "Service" and attribute == "DnsEntry.DomainName":
            return self.service_domain(self.name(name, "service"))
        if kind == "AWS::EC2::VPC" and attribute == "VpcId":
            return self._reference(name)
        advice = did_you_mean(attribute, _attributes(kind))
        raise UnresolvableError("Fn::GetAtt", shown, why=f"a resource of type {kind}", advice=advice)

    def arn(self, name: str) -> str:
        """The local ARN of a resource."""
        kind = self.resources[name]["Type"]
        where = f"{self.options.region}:{self.options.account}"
        if kind == FUNCTION:
            return f"arn:aws:lambda:{where}:function:{self.function_name(name)}"
        if kind in (kind for kind, _ in _QUALIFIED_ARNS):
            function = self.property(name, "FunctionName")
            function_name = str(function).rpartition("function:")[2]
            qualifier = self.property(name, "Name", "1")
            return f"arn:aws:lambda:{where}:function:{function_name}:{qualifier}"
        if kind == ROLE:
            return self._iam_arn(name, "role", "RoleName")
        if kind == MANAGED_POLICY:
            return self._iam_arn(name, "policy", "ManagedPolicyName")
        return f"arn:aws:vpc-lattice:{where}:{self._resource_part(name, kind.removeprefix(LATTICE))}"

    def _iam_arn(self, name: str, kind: str, key: str) -> str:
        """The ARN of a role or managed policy, whose name CloudFormation makes if it has none."""
        own = self.text(name, key) or f"{self.options.stack_name}-{name}"
        path = self.text(name, "Path") or "/"
        return f"arn:aws:iam::{self.options.account}:{kind}{path}{own}"

    def _resource_part(self, name: str, kind: str) -> str:
        """The part of an ARN that names a VPC Lattice resource."""
        stack = self.options.stack_name
        match kind:
            case "ServiceNetwork":
                return f"servicenetwork/{make_id('sn', self.name(name, 'service network'))}"
            case "Service":
                return f"service/{make_id('svc', self.name(name, 'service'))}"
            case "Listener":
                service = self._parent(name, "ServiceIdentifier", "service")
                return f"{service}/listener/{make_id('listener', stack, name)}"
            case "Rule":
                listener = self._parent(name, "ListenerIdentifier", "service")
                return f"{listener}/rule/{make_id('rule', stack, name)}"
            case "TargetGroup":
                return f"targetgroup/{make_id('tg', stack, name)}"
            case _:
                return f"{kind.lower()}/{make_id(kind.lower(), stack, name)}"

    def _parent(self, name: str, key: str, kind: str) -> str:
        """The resource part of the ARN that a property holds."""
        arn = Arn.parse(str(self.property(name, key, "")))
        return arn.resource if arn else f"{kind}/unknown"

    def service_domain(self, service_name: str) -> str:
        """The generated domain name of a service."""
        return generated_domain_name(service_name, make_id("svc", service_name), self.options.region)

    def function_name(self, name: str) -> str:
        """A function's name: FunctionName, or the logical id."""
        return self.text(name, "FunctionName") or name

    def outside(self, path: Path) -> str | None:
        """What a value is called that is another stack's or the user's to give; ``None`` if it is known."""
        try:
            self.resolver.resolve(self.written(path))
        except UnresolvableError as error:
            return error.name if error.is_outside else None
        return None

    def quiet(self, path: Path) -> Any:
        """A value that nothing depends on; ``None`` when it cannot be known."""
        value = self.written(path)
        try:
            resolved = self.resolver.resolve(value)
        except UnresolvableError:
            return None
        return None if resolved is NO_VALUE else resolved


def _attributes(kind: str) -> tuple[str, ...]:
    """What ``Fn::GetAtt`` gives here of a type."""
    if kind.startswith(LATTICE):
        return ("Arn", "Id", "DnsEntry.DomainName") if kind == LATTICE + "Service" else ("Arn", "Id")
    others = {"AWS::EC2::VPC": ("VpcId",), MANAGED_POLICY: ("PolicyArn",), FUNCTION: ("Arn",), ROLE: ("Arn",)}
    return others.get(kind, ()) or tuple(name for each, name in _QUALIFIED_ARNS if each == kind)
