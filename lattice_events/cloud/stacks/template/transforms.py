"""Transforms of templates: SAM's, by the translator that AWS itself runs; of the others, those that need nothing."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from moto.cloudformation.exceptions import ValidationError
from moto.iam.aws_managed_policies import aws_managed_policies_data

_SAM = "AWS::Serverless-2016-10-31"
_LANGUAGE = (
    "AWS::LanguageExtensions"  # its functions are read like any other; but Fn::ForEach makes resources
)


@dataclass(frozen=True)
class _Session:
    """All that SAM's translator asks of a session of boto3."""

    region_name: str


def transformed(template: dict[str, Any], *, parameters: Mapping[str, Any], region: str) -> dict[str, Any]:
    """A template as its transforms make it.

    Raises:
        ValidationError: There is one that is not run here, or SAM refuses the template.
    """
    names = template.get("Transform", [])
    names = names if isinstance(names, list) else [names]
    for name in names:
        if name not in (_SAM, _LANGUAGE):
            raise ValidationError(message=f"lattice cloud does not run the transform {name}.")
    if "Fn::ForEach" in json.dumps(template, default=str):
        raise ValidationError(
            message="lattice cloud does not expand Fn::ForEach; write the resources out one by one."
        )
    return _translated(template, parameters, region) if _SAM in names else template


def _translated(template: dict[str, Any], parameters: Mapping[str, Any], region: str) -> dict[str, Any]:
    try:
        from samtranslator.model.exceptions import InvalidDocumentException
        from samtranslator.parser.parser import Parser
        from samtranslator.translator.translator import Translator
    except ImportError as error:
        raise ValidationError(
            message="A SAM template needs its translator: pip install 'lattice-events[sam]'"
        ) from error
    translator = Translator(_managed_policies(), Parser(), boto_session=_Session(region))
    try:
        made: dict[str, Any] = translator.translate(copy.deepcopy(template), dict(parameters))
    except InvalidDocumentException as error:
        causes = " ".join(cause.message for cause in error.causes)
        raise ValidationError(message=f"Transform {_SAM} failed with: {error.message} {causes}") from error
    return made


@cache
def _managed_policies() -> dict[str, str]:
    """AWS's own policies by name: a SAM template may name them so."""
    policies = json.loads(aws_managed_policies_data)
    return {name: f"arn:aws:iam::aws:policy{data.get('Path', '/')}{name}" for name, data in policies.items()}
