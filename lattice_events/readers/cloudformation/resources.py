"""A CloudFormation template, as packaged by the Serverless CLI, SAM or CDK or written by hand.

Only what the network needs can be an error; other resources are skipped.

Source:
    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_VpcLattice.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from lattice_events.definitions import types
from lattice_events.readers.cloudformation.auth_policies import read_auth_policy
from lattice_events.readers.cloudformation.defining import define_resources
from lattice_events.readers.cloudformation.expansion import EXPANDED, macro_note, macros
from lattice_events.readers.cloudformation.lambda_functions import read_function
from lattice_events.readers.cloudformation.reading import Reading
from lattice_events.readers.cloudformation.schema import check_schema
from lattice_events.readers.cloudformation.service_networks import (
    read_service_association,
    read_service_network,
    read_vpc_association,
)
from lattice_events.readers.cloudformation.services import read_listener, read_rule, read_service
from lattice_events.readers.cloudformation.target_groups import read_target_group
from lattice_events.readers.cloudformation.template import Template, TemplateOptions
from lattice_events.readers.common.documents import Locate
from lattice_events.readers.common.fragment import Fragment

# In this order: what belongs to a thing is read before the thing.
_READERS: Mapping[str, Callable[[Reading, str], None]] = {
    types.FUNCTION: read_function,
    types.TARGET_GROUP: read_target_group,
    types.RULE: read_rule,
    types.LISTENER: read_listener,
    types.SERVICE: read_service,
    types.SERVICE_NETWORK: read_service_network,
    types.SERVICE_ASSOCIATION: read_service_association,
    types.VPC_ASSOCIATION: read_vpc_association,
    types.AUTH_POLICY: read_auth_policy,
}


def read_template(template: Mapping[str, Any], *, locate: Locate, options: TemplateOptions) -> Fragment:
    """Read what a template defines; what is wrong with it is in the fragment's problems.

    Args:
        template: With ``Resources``.
        locate: Gives the place of a key path of the template, for problems.
        options: What the template does not say.
    """
    return read_resources(Template(template, locate, options))


def read_resources(template: Template) -> Fragment:
    """Read what the resources of a template define, as `read_template` does."""
    reading = Reading(template)
    reading.fragment.notes += _transforms(reading.template)
    reading.fragment.resources += define_resources(template)
    for name in reading.template.resources:
        check_schema(reading, name)
    for kind, read in _READERS.items():
        for name in reading.template.names_of(kind):
            reading.attempt(name, partial(read, reading, name), None)
    return reading.finish()


def _transforms(template: Template) -> Iterator[str]:
    """Say that macros do not run: only CloudFormation can run them."""
    given = template.transforms
    for each in macros(given):
        name = each.get("Name") if isinstance(each, dict) else each
        if name not in (None, *EXPANDED):
            yield macro_note(name, template.locate(("Transform",)))
