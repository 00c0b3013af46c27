"""Teaches moto: the one place where its modules are changed."""

from __future__ import annotations

import inspect
from typing import Any

import moto
from moto.awslambda import models as awslambda
from moto.cloudformation import models, parsing, responses

from lattice_events.assumptions import DEFAULTS, Assumptions
from lattice_events.cloud.operations.control_plane import ControlPlane
from lattice_events.cloud.stacks.engine import backend
from lattice_events.cloud.stacks.engine.resources import Resources
from lattice_events.cloud.stacks.engine.stack import Stack
from lattice_events.cloud.stacks.further.custom import take_answer
from lattice_events.cloud.stacks.logging_function import LoggingFunction
from lattice_events.cloud.stacks.template.functions import resolve
from lattice_events.cloud.stacks.template.places import template_at
from lattice_events.cloud.stacks.template.text import SafeYaml
from lattice_events.cloud.stacks.types import Types
from lattice_events.errors import ConfigurationError

_OPERATIONS = (
    "create_change_set",
    "create_stack",
    "delete_stack",
    "execute_change_set",
    "update_stack",
)
_CHANGE_SETS = ("delete_change_set", "describe_change_set", "list_change_sets")
# What of moto is relied on: the place, the name, and the parameters that it must have.
_RELIED_ON: tuple[tuple[Any, str, tuple[str, ...]], ...] = (
    (awslambda, "LambdaFunction", ("account_id", "spec", "region", "version")),
    (parsing, "clean_json", ("resource_json", "resources_map")),
    (parsing, "get_model_map", ()),
    (parsing, "generate_resource_name", ("resource_type", "stack_name", "logical_id")),
    (parsing.ResourceMap, "__init__", ("stack_id", "stack_name", "parameters", "tags", "template")),
    (parsing.ResourceMap, "load_parameters", ("self",)),
    (models.Stack, "__init__", ("stack_id", "name", "template", "parameters", "account_id", "region_name")),
    (models.Stack, "_create_resource_map", ("self",)),
    (models.Stack, "_add_stack_event", ("resource_status", "resource_status_reason")),
    (models.ChangeSet, "__init__", ("change_set_type", "stack", "template", "parameters")),
    (models.Event, "__init__", ("logical_resource_id", "resource_status_reason", "resource_properties")),
    (models.CloudFormationBackend, "create_stack", ("name", "template", "parameters", "tags")),
    (models.CloudFormationBackend, "update_stack", ("name", "template", "role_arn", "parameters", "tags")),
    (models.CloudFormationBackend, "delete_stack", ("name_or_stack_id",)),
    (models.CloudFormationBackend, "create_change_set", ("stack_name", "change_set_name", "change_set_type")),
    *((responses.CloudFormationResponse, name, ("self",)) for name in _CHANGE_SETS),
    (models.CloudFormationBackend, "execute_change_set", ("change_set_name", "stack_name")),
    (responses, "get_stack_from_s3_url", ("template_url", "account_id", "partition")),
    (responses.CloudFormationResponse, "_validate_different_update", ("self",)),
    (responses.CloudFormationResponse, "process_cfn_response", ("self",)),
)


def teach(control_plane: ControlPlane, *, assumptions: Assumptions = DEFAULTS) -> None:
    """Teach moto's CloudFormation, in this process, the types of VPC Lattice and how stacks are updated.

    Once is enough; a later call names another control plane.

    Raises:
        ConfigurationError: This version of moto is made in another way than those that are known.
    """
    if parsing.clean_json is not resolve:
        check_moto()
        _change()
    Stack.types = Types(control_plane, assumptions=assumptions)


def check_moto(relied_on: tuple[tuple[Any, str, tuple[str, ...]], ...] = _RELIED_ON) -> None:
    """Refuse a moto that is made in another way than those that are known.

    Args:
        relied_on: Places, names in them, and the parameters that each must have.

    Raises:
        ConfigurationError: It is.
    """
    for place, name, wanted in relied_on:
        found = getattr(place, name, None)
        parameters = inspect.signature(found).parameters if callable(found) else {}
        if found is None or any(parameter not in parameters for parameter in wanted):
            raise ConfigurationError(
                f"moto {moto.__version__} is not made as lattice cloud expects: "
                f"{place.__name__}.{name} is absent or takes other parameters. Install another version of it: "
                "pip install 'moto[server]>=5.2,<5.3'"
            )


def _change() -> None:
    changes: list[tuple[Any, str, Any]] = [
        (awslambda, "LambdaFunction", LoggingFunction),
        (parsing, "clean_json", resolve),
        (models, "ResourceMap", Resources),
        (models, "Stack", Stack),
        (models, "yaml", SafeYaml),
        (responses, "yaml", SafeYaml),
        (responses, "get_stack_from_s3_url", template_at),
        (responses.CloudFormationResponse, "_validate_different_update", lambda *_: None),
        (responses.CloudFormationResponse, "process_cfn_response", take_answer),
    ]
    changes += [(models.CloudFormationBackend, name, getattr(backend, name)) for name in _OPERATIONS]
    changes += [(responses.CloudFormationResponse, name, getattr(backend, name)) for name in _CHANGE_SETS]
    for place, name, ours in changes:
        setattr(place, name, ours)
