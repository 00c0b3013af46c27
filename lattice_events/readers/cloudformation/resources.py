"""A CloudFormation template, as packaged by the Serverless CLI, SAM or CDK or written by hand.

Only what the network needs can be an error; other resources are skipped.

Source:
    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_VpcLattice.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lattice_events.arn import Arn
from lattice_events.errors import ConfigurationError
from lattice_events.network.model import (
    DEFAULT_PORTS,
    AuthType,
    Function,
    HttpTarget,
    LambdaTarget,
    Listener,
    Rule,
    Service,
    ServiceNetwork,
    Target,
    TargetGroup,
    make_id,
)
from lattice_events.network.policy import parse_policy
from lattice_events.readers.cloudformation.actions import ActionReader
from lattice_events.readers.cloudformation.intrinsics import (
    NO_VALUE,
    as_text,
    is_intrinsic,
)
from lattice_events.readers.cloudformation.outside import UnresolvableError
from lattice_events.readers.cloudformation.roles import RoleReader
from lattice_events.readers.cloudformation.template import FUNCTION, LATTICE, Template, TemplateOptions
from lattice_events.readers.common.documents import Locate, Path
from lattice_events.readers.common.fragment import (
    AuthPolicyAttachment,
    Fragment,
    Kind,
    Reference,
    ServiceAssociation,
    VpcAssociation,
    did_you_mean,
)
from lattice_events.readers.common.handlers import handler_problem
from lattice_events.readers.common.health_check import read_health_check
from lattice_events.readers.common.lattice_schema import (
    AUTH_TYPES,
    MAX_ENVIRONMENT_BYTES,
    NOT_PLAYED,
    PROPERTIES,
    TARGET,
    TARGET_GROUP_CONFIG,
    function_name_problem,
    host_name_problem,
    variable_name_problem,
)
from lattice_events.readers.common.properties import (
    WrongPropertyError,
    known_keys,
    shaped_number,
    shaped_text,
)


def read_template(template: Mapping[str, Any], *, locate: Locate, options: TemplateOptions) -> Fragment:
    """Read what a template defines; what is wrong with it, at its place, is in the fragment's problems."""
    return _TemplateReader(template, locate, options).read()


class _TemplateReader(Template):
    """Reads one template."""

    def read(self) -> Fragment:
        """Read every resource that the network needs."""
        readers: Mapping[str, Callable[[str], None]] = {
            "ServiceNetwork": self._read_service_network,
            "Service": self._read_service,
            "TargetGroup": self._read_target_group,
            "ServiceNetworkServiceAssociation": self._read_service_association,
            "ServiceNetworkVpcAssociation": self._read_vpc_association,
            "AuthPolicy": self._read_auth_policy,
        }
        for name, resource in self.resources.items():
            kind = resource["Type"]
            if kind.startswith(LATTICE):
                self._check_properties(name, kind)
            reader = self._read_function if kind == FUNCTION else readers.get(kind.removeprefix(LATTICE))
            if reader is not None:
                self._guarded(name, reader)
        self._refuse_orphans()
        return self.fragment

    def _guarded(self, name: str, reader: Callable[[str], None]) -> None:
        """Read one resource; what is wrong with it becomes a problem."""
        try:
            reader(name)
        except WrongPropertyError as error:
            self.problem(("Resources", name, "Properties", *error.path), error.problem)

    def _refuse_orphans(self) -> None:
        """Listeners of no service and rules of no listener."""
        for kind, key, parents in (
            ("Listener", "ServiceIdentifier", "Service"),
            ("Rule", "ListenerIdentifier", "Listener"),
        ):
            known = {self.arn(name) for name in self.names_of(parents)}
            for name in self.names_of(kind):
                path: Path = ("Resources", name, "Properties", key)
                parent = self.value(path)
                if parent is None:
                    self.problem(path[:-1], f"{key} is missing, so {name} has no {parents.lower()}.")
                elif not any(parent in (arn, arn.rpartition("/")[2]) for arn in known):
                    self.problem(
                        path, f"{key} of {name} is not a {parents.lower()} of this template: {parent}."
                    )

    def _auth_type(self, name: str) -> AuthType:
        """NONE, which is the default, or AWS_IAM."""
        given = self.property(name, "AuthType", "NONE")
        if given not in AUTH_TYPES:
            raise WrongPropertyError(f"AuthType must be NONE or AWS_IAM, not {given!r}.", ("AuthType",))
        return "AWS_IAM" if given == "AWS_IAM" else "NONE"

    def _read_auth_policy(self, name: str) -> None:
        """A policy for a service or a service network, which may be another stack's."""
        path: Path = ("Resources", name, "Properties")
        resource = self._reference_at(name, "ResourceIdentifier", "service", "servicenetwork")
        document = self.property(name, "Policy")
        if resource is None or document is None:
            raise WrongPropertyError("ResourceIdentifier and Policy must both be given.", ())
        try:
            policy = parse_policy(document, locate=lambda keys: self.locate((*path, "Policy", *keys)))
        except ConfigurationError as error:
            self.fragment.problems += error.problems
            return
        self.fragment.auth_policies.append(
            AuthPolicyAttachment(resource=resource, policy=policy, origin=self.origin(name))
        )

    def _check_properties(self, name: str, kind: str) -> None:
        """Refuse types and properties that are unknown."""
        path: Path = ("Resources", name)
        if kind in NOT_PLAYED:
            self.problem((*path, "Type"), f"{kind} is not emulated by lattice dev.")
            return
        known = PROPERTIES.get(kind)
        if known is None:
            self.problem(
                (*path, "Type"), f"There is no resource type {kind}.{did_you_mean(kind, PROPERTIES)}"
            )
            return
        properties = self.resources[name].get("Properties") or {}
        for key in properties if isinstance(properties, dict) else ():
            if key not in known:
                message = f"{kind} has no property {key}.{did_you_mean(str(key), known)}"
                self.problem((*path, "Properties", key), message)

    def _read_service_network(self, name: str) -> None:
        network = ServiceNetwork(
            name=self.name(name, "service network"),
            arn=self.arn(name),
            auth_type=self._auth_type(name),
            origin=self.origin(name),
        )
        self.fragment.service_networks.append(network)

    def _read_service(self, name: str) -> None:
        service_name = self.name(name, "service")
        self.fragment.services.append(
            Service(
                name=service_name,
                arn=self.arn(name),
                domain_name=self.service_domain(service_name),
                custom_domain_name=self._domain(name),
                auth_type=self._auth_type(name),
                tags=self.tags(name),
                listeners=tuple(self._listeners(self.arn(name))),
                origin=self.origin(name),
            )
        )

    def _domain(self, name: str) -> str | None:
        given = self.property(name, "CustomDomainName")
        if given is None:
            return None
        domain = shaped_text(given, "ServiceCustomDomainName", ("CustomDomainName",))
        problem = host_name_problem(domain.lower())
        if problem:
            raise WrongPropertyError(f"CustomDomainName {problem}.", ("CustomDomainName",))
        return domain

    def _listeners(self, service_arn: str) -> list[Listener]:
        """The listeners of a service."""
        listeners: list[Listener] = []
        wanted = (service_arn, service_arn.rpartition("/")[2])
        for name in self.names_of("Listener"):
            if self.property(name, "ServiceIdentifier") in wanted:
                self._guarded(name, lambda name: listeners.append(self._listener(name)))
        return listeners

    def _listener(self, name: str) -> Listener:
        protocol = self.property(name, "Protocol")
        if protocol == "TLS_PASSTHROUGH":
            raise WrongPropertyError(
                "TLS_PASSTHROUGH listeners are not emulated by lattice dev.", ("Protocol",)
            )
        if not isinstance(protocol, str) or protocol not in DEFAULT_PORTS:
            raise WrongPropertyError(f"Protocol must be HTTP or HTTPS, not {protocol!r}.", ("Protocol",))
        actions = self._actions()
        port = shaped_number(self.property(name, "Port", DEFAULT_PORTS[protocol]), "Port", ("Port",))
        return Listener(
            name=self._own_name(name, "listener") or f"{protocol.lower()}-{port}",
            arn=self.arn(name),
            protocol="HTTPS" if protocol == "HTTPS" else "HTTP",
            port=port,
            default_action=actions.action(self.property(name, "DefaultAction"), ("DefaultAction",)),
            rules=tuple(self._rules(self.arn(name))),
            origin=self.origin(name),
        )

    def _rules(self, listener_arn: str) -> list[Rule]:
        """The rules of a listener."""
        rules: list[Rule] = []
        wanted = (listener_arn, listener_arn.rpartition("/")[2])
        for name in self.names_of("Rule"):
            if self.property(name, "ListenerIdentifier") in wanted:
                self._guarded(name, lambda name: rules.append(self._rule(name)))
        return rules

    def _rule(self, name: str) -> Rule:
        actions = self._actions()
        return Rule(
            name=self._own_name(name, "rule") or name,
            arn=self.arn(name),
            priority=actions.priority(self.property(name, "Priority")),
            match=actions.match(self.property(name, "Match")),
            action=actions.action(self.property(name, "Action"), ("Action",)),
            origin=self.origin(name),
        )

    def _own_name(self, name: str, kind: str) -> str | None:
        """The Name of something that needs none."""
        return None if self.property(name, "Name") is None else self.name(name, kind)

    def _actions(self) -> ActionReader:
        """Reads actions and matches; the groups that they name are looked up by ARN or id."""
        known = {self.arn(group): self.arn(group) for group in self.names_of("TargetGroup")}
        known |= {arn.rpartition("/")[2]: arn for arn in known}
        return ActionReader(
            known_groups=known,
            names=self.names_of("TargetGroup"),
            case_sensitive=self.options.assumptions.cloudformation_case_sensitive,
        )

    def _read_target_group(self, name: str) -> None:
        kind = self.property(name, "Type")
        if kind not in ("LAMBDA", "IP", "INSTANCE", "ALB"):
            raise WrongPropertyError(f"Type must be LAMBDA, IP, INSTANCE or ALB, not {kind!r}.", ("Type",))
        config = self.property(name, "Config", {})
        known_keys(config, TARGET_GROUP_CONFIG, ("Config",))
        version = config.get("LambdaEventStructureVersion", "V1")
        if version not in ("V1", "V2"):
            raise WrongPropertyError(
                f"LambdaEventStructureVersion must be V1 or V2, not {version!r}.",
                ("Config", "LambdaEventStructureVersion"),
            )
        if config.get("ProtocolVersion", "HTTP1") != "HTTP1":
            raise WrongPropertyError(
                f"ProtocolVersion {config['ProtocolVersion']} is not emulated by lattice dev.",
                ("Config", "ProtocolVersion"),
            )
        targets: tuple[Target, ...] = ()
        try:
            targets = self._lambda_target(name) if kind == "LAMBDA" else self._http_targets(name, kind)
        except WrongPropertyError as error:  # the group is there all the same for who forwards to it
            self.problem(("Resources", name, "Properties", *error.path), error.problem)
        self.fragment.target_groups.append(
            TargetGroup(
                # A group without a name gets one of CloudFormation's making; ours is the logical id.
                name=self.name(name, "target group"),
                arn=self.arn(name),
                type=kind,
                targets=targets,
                event_version=version,
                health_check=read_health_check(config) if kind in ("IP", "INSTANCE") else None,
                origin=self.origin(name),
            )
        )

    def _lambda_target(self, name: str) -> tuple[Target, ...]:
        """The one function of a LAMBDA group."""
        targets = self.property(name, "Targets", [])
        if not isinstance(targets, list) or len(targets) > 1:
            raise WrongPropertyError("A LAMBDA target group has one target, a function.", ("Targets",))
        for target in targets:
            known_keys(target, TARGET, ("Targets", 0))
            arn = Arn.parse(str(target.get("Id")))
            if arn is None or not arn.resource.startswith("function:"):
                message = "The Id of a LAMBDA target must be the ARN of a function: !GetAtt FUNCTION.Arn."
                raise WrongPropertyError(message, ("Targets", 0, "Id"))
            function_name = arn.resource.split(":")[1]
            self._check_runs_here(function_name)
            unqualified = f"arn:{arn.partition}:lambda:{arn.region}:{arn.account}:function:{function_name}"
            return (LambdaTarget(function_arn=unqualified),)
        return ()

    def _check_runs_here(self, function_name: str) -> None:
        """Refuse a target that cannot be run, by what stands in its way.

        A function that this template does not define may be another one's: that is seen when all are linked.
        """
        names = [name for name in self.resources if self.is_kind(name, FUNCTION)]
        name = next((name for name in names if self.function_name(name) == function_name), None)
        obstacle = None if name is None else self._obstacle(name)
        if obstacle:
            raise WrongPropertyError(
                f"The function {function_name} cannot run here: {obstacle}.", ("Targets", 0, "Id")
            )

    def _http_targets(self, name: str, kind: str) -> tuple[Target, ...]:
        """Local stand-ins for addresses inside a VPC."""
        given = self.text(name, "Name")
        for key in (name, given):
            if key is not None and key in self.options.target_urls:
                return tuple(HttpTarget(url=url) for url in self.options.target_urls[key])
        raise WrongPropertyError(
            f"The {kind} targets of {given or name} are addresses in a VPC. Name a local server for them: "
            f"custom.lattice.targets.{given or name}: {{url: http://127.0.0.1:PORT}} or {{command: […]}}.",
            ("Targets",),
        )

    def _read_service_association(self, name: str) -> None:
        service = self._reference_at(name, "ServiceIdentifier", "service")
        network = self._reference_at(name, "ServiceNetworkIdentifier", "servicenetwork")
        if service is None or network is None:
            raise WrongPropertyError("ServiceIdentifier and ServiceNetworkIdentifier must both be given.", ())
        self.fragment.service_associations.append(
            ServiceAssociation(service=service, service_network=network, origin=self.origin(name))
        )

    def _read_vpc_association(self, name: str) -> None:
        vpc = self._vpc(name)
        network = self._reference_at(name, "ServiceNetworkIdentifier", "servicenetwork")
        if vpc is None or network is None:
            raise WrongPropertyError("VpcIdentifier and ServiceNetworkIdentifier must both be given.", ())
        self.fragment.vpc_associations.append(
            VpcAssociation(vpc_id=vpc, service_network=network, origin=self.origin(name))
        )

    def _reference_at(self, name: str, key: str, *kinds: Kind) -> Reference | None:
        """What a property names, which any source may define; one that only others know keeps its name."""
        path: Path = ("Resources", name, "Properties", key)
        outside = self.outside(path)
        text = outside or self.text(name, key)
        where, is_outside = self.locate(path), outside is not None
        return (
            None if text is None else Reference(text=text, origin=where, kinds=kinds, is_outside=is_outside)
        )

    def _vpc(self, name: str) -> str | None:
        """The VPC of an association, under a made-up id if another stack owns it."""
        outside = self.outside(("Resources", name, "Properties", "VpcIdentifier"))
        if outside is None:
            return self.text(name, "VpcIdentifier")
        self.fragment.notes.append(f"VPC {outside} is unknown; a made-up id replaces it.")
        return make_id("vpc", outside)

    def _obstacle(self, name: str) -> str | None:
        """Say why a function cannot run on this machine, or ``None``."""
        if self.property(name, "PackageType", "Zip") != "Zip":
            return "it is a container image"
        if self.property(name, "Layers", []):
            return "it has layers, which are not emulated"
        runtime = self.property(name, "Runtime")
        if not str(runtime).startswith("python3."):
            return f"its runtime is {runtime}; only Python runs"
        return None

    def _read_function(self, name: str) -> None:
        self.fragment.declared_functions.append((name, self.function_name(name)))
        obstacle = self._obstacle(name)
        if obstacle:
            note = f"Function {self.function_name(name)} is left out: {obstacle}."
            self.fragment.notes.append(note)
            return
        code = self.options.code(name)
        if code is None:
            raise WrongPropertyError(
                f"Where is the code of this function? Name its folder with --code {name}=FOLDER.", ("Code",)
            )
        handler = shaped_text(self.property(name, "Handler"), "Handler", ("Handler",))
        if "." not in handler:
            message = f"Handler must be like folder/module.function, not {handler!r}."
            raise WrongPropertyError(message, ("Handler",))
        self._check_function_name(name)
        environment = self._environment(name)
        if self.options.runs_functions:
            self._note_missing_handler(name, handler, code, environment)
        given = self.quiet(("Resources", name, "Properties", "Role"))
        role_arn = given if isinstance(given, str) else ""
        principal = RoleReader(self).principal(
            name, self.function_name(name), role_arn, vpc_id=self._vpc_of_function(name)
        )
        self.fragment.principals.append(principal)
        self.fragment.functions.append(
            Function(
                name=self.function_name(name),
                arn=self.arn(name),
                handler=handler,
                runtime=str(self.property(name, "Runtime")),
                code=code,
                timeout_seconds=shaped_number(self.property(name, "Timeout", 3), "Timeout", ("Timeout",)),
                memory_mb=shaped_number(
                    self.property(name, "MemorySize", 128), "MemorySize", ("MemorySize",)
                ),
                environment=environment,
                python=self.options.run_settings.python,
                max_processes=self.options.run_settings.max_processes,
                role_arn=role_arn,
                logical_id=name,
                origin=self.origin(name),
            )
        )

    def _check_function_name(self, name: str) -> None:
        given = self.text(name, "FunctionName")
        problem = None if given is None else function_name_problem(given)
        if problem:
            self.problem(("Resources", name, "Properties", "FunctionName"), f"FunctionName {problem}.")

    def _note_missing_handler(
        self, name: str, handler: str, code: str, environment: Mapping[str, str]
    ) -> None:
        """Say at once what would else show at the first request. AWS deploys such a function, too."""
        knows_path = not self.options.run_settings.python and "PYTHONPATH" not in environment
        problem = handler_problem(handler, code, knows_path=knows_path)
        if problem:
            place = self.locate(("Resources", name, "Properties", "Handler"))
            self.fragment.notes.append(
                f"{place}: The handler {handler} of {self.function_name(name)} cannot start: {problem}"
            )

    def _vpc_of_function(self, name: str) -> str | None:
        """The VPC that a function is attached to, as its security group's resource tells."""
        groups = self.written(("Resources", name, "Properties", "VpcConfig", "SecurityGroupIds"))
        for group in groups if isinstance(groups, list) else ():
            named = group.get("Ref") or group.get("Fn::GetAtt") if isinstance(group, dict) else None
            logical_id = str(named[0] if isinstance(named, list) and named else named)
            if self.is_kind(logical_id, "AWS::EC2::SecurityGroup"):
                vpc = self.quiet(("Resources", logical_id, "Properties", "VpcId"))
                return vpc if isinstance(vpc, str) else None
        return None

    def _environment(self, name: str) -> dict[str, str]:
        """A function's variables; one that cannot be known gets a placeholder and a note."""
        variables = self._variables(name)
        known = {}
        for key, value in variables.items():
            try:
                problem = variable_name_problem(str(key))
                if problem:
                    raise WrongPropertyError(f"{problem}.", ("Environment", "Variables", key))
                resolved = self.resolver.resolve(value)
                if resolved is not NO_VALUE:
                    known[str(key)] = as_text(resolved)
            except UnresolvableError as error:
                known[str(key)] = f"unresolved:{error.intrinsic}:{error.name}"
                what = f"{key} of {self.function_name(name)} is unknown ({error})"
                known_by = f" or {error.option}" if error.option else ""
                advice = f".{error.advice}" if error.advice else f"; set it with --env {key}=VALUE{known_by}."
                self.fragment.notes.append(what + advice)
        self._check_environment_size(name, known)
        return known

    def _check_environment_size(self, name: str, variables: Mapping[str, str]) -> None:
        size = sum(len(text.encode()) for pair in variables.items() for text in pair)
        if size > MAX_ENVIRONMENT_BYTES:
            message = f"Lambda takes {MAX_ENVIRONMENT_BYTES:,} bytes of variables, names and values together, not {size:,}."
            self.problem(("Resources", name, "Properties", "Environment"), message)

    def _variables(self, name: str) -> Mapping[Any, Any]:
        """Each variable's value, unresolved, so that one that is not known leaves the others alone."""
        properties = self.resources[name].get("Properties")
        environment = properties.get("Environment") if isinstance(properties, dict) else None
        variables = environment.get("Variables") if isinstance(environment, dict) else None
        if not isinstance(variables, dict) or is_intrinsic(variables):
            environment = self.property(name, "Environment", {})
            variables = environment.get("Variables", {}) if isinstance(environment, dict) else None
        if not isinstance(variables, dict):
            raise WrongPropertyError("Environment must have Variables, names and values.", ("Environment",))
        return variables
