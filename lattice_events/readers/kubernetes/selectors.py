"""Label selectors: which namespaces a listener takes routes of.

Source:
    https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lattice_events.readers.common.documents import Path
from lattice_events.readers.common.properties import WrongPropertyError
from lattice_events.readers.kubernetes.objects import Cluster, items, object_at

_NAME = "kubernetes.io/metadata.name"  # a label that every namespace has
_PATH: Path = ("spec", "parentRefs", "selector")
_OPERATORS: Mapping[str, Callable[[str | None, list[str]], bool]] = {
    "In": lambda label, values: label in values,
    "NotIn": lambda label, values: label not in values,  # true of a namespace without the label
    "Exists": lambda label, _: label is not None,
    "DoesNotExist": lambda label, _: label is None,
}


class UnknownLabelError(WrongPropertyError):
    """A selector asks for a label that only the cluster knows."""


def selects(selector: Mapping[str, Any], namespace: str, cluster: Cluster) -> bool:
    """Whether a label selector takes a namespace; an empty one takes every namespace.

    Raises:
        WrongPropertyError: It is not a selector.
        UnknownLabelError: It asks for labels of a namespace that is not given.
    """
    given = cluster.find("Namespace", "", namespace)
    own = {} if given is None else given.labels
    labels = {**{str(key): str(value) for key, value in own.items()}, _NAME: namespace}
    wanted = object_at(selector.get("matchLabels"), (*_PATH, "matchLabels"))
    tests = [(key, "In", [str(value)]) for key, value in wanted.items()]
    tests += [
        _read_expression(each)
        for each in items(selector.get("matchExpressions"), (*_PATH, "matchExpressions"))
    ]
    unknown = [str(key) for key, _, _ in tests if key != _NAME] if given is None else []
    if unknown:
        question = f"Has namespace {namespace} the label {unknown[0]}? Give the manifest of the Namespace."
        raise UnknownLabelError(question, _PATH)
    return all(_OPERATORS[operator](labels.get(key), values) for key, operator, values in tests)


def _read_expression(value: Mapping[str, Any]) -> tuple[str, str, list[str]]:
    """Key, operator and values of a requirement."""
    operator, values = str(value.get("operator")), value.get("values") or []
    if operator not in _OPERATORS or not isinstance(values, list):
        message = f"The operator of a selector must be {', '.join(_OPERATORS)}, with a list of values, not {operator!r}."
        raise WrongPropertyError(message, _PATH)
    return str(value.get("key")), operator, [str(each) for each in values]
