"""Manifests as sources: all their objects together are one cluster."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path as FilePath

from lattice_events.readers.common.documents import Document, mapping
from lattice_events.readers.common.fragment import Fragment
from lattice_events.readers.common.sources import Context, Found, Reader, ReadOptions, Source
from lattice_events.readers.kubernetes.placeholders import filled
from lattice_events.readers.kubernetes.routes import read_manifests

_KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml", "Kustomization")
_PLAIN = (  # keys that leave the objects that concern the network as they are
    "apiVersion",
    "kind",
    "metadata",
    "resources",
    "configMapGenerator",
    "secretGenerator",
    "generatorOptions",
    "images",
    "replicas",
)


@dataclass(frozen=True, kw_only=True)
class ManifestSource(Source):
    """The Kubernetes objects of one file.

    Attributes:
        documents: With them.
        notes: What should be said of the file.
    """

    documents: tuple[Document, ...]
    notes: tuple[str, ...] = ()

    @classmethod
    def read_all(cls, sources: Sequence[ManifestSource], context: Context) -> Fragment:
        """Read the objects of every file as those of one cluster."""
        fragment = read_manifests(
            [document for source in sources for document in source.documents],
            region=context.options.region or context.region,
            account=context.account,
            target_urls=context.target_urls,
            assumptions=context.assumptions,
            runs=context.options.runs_targets,
        )
        fragment.notes += [note for source in sources for note in source.notes]
        return fragment


def _claims(found: Found) -> FilePath | None:
    """A file with an object that has a kind, or a kustomization, which need not say its kind."""
    if found.path.is_dir():
        return None
    is_claimed = found.path.name in _KUSTOMIZATIONS or any(_is_object(each) for each in found.documents)
    return found.path if is_claimed else None


def _load(found: Found, options: ReadOptions) -> list[ManifestSource]:
    """The objects of the file; those that a kustomization lists are in files of their own."""
    if found.path.name in _KUSTOMIZATIONS:
        return [ManifestSource(origin=found.shown, documents=(), notes=_kustomization_notes(found))]
    objects = tuple(
        replace(each, value=filled(each.value, options.params))
        for each in found.documents
        if _is_object(each)
    )
    return [ManifestSource(origin=found.shown, documents=objects)]


def _kustomization_notes(found: Found) -> tuple[str, ...]:
    """What a kustomization would change."""
    changes = [str(key) for each in found.documents for key in mapping(each.value) if key not in _PLAIN]
    if not changes:
        return ()
    return (f"{found.shown} is not applied ({', '.join(changes)}); give the output of kustomize build.",)


def _is_object(document: Document) -> bool:
    return isinstance(document.value, dict) and "kind" in document.value


KUBERNETES = Reader(form="Kubernetes manifests (with kind)", claims=_claims, load=_load, keys=("kind",))
