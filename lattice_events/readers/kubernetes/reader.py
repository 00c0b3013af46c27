"""Manifests as sources: all their objects together are one cluster."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path as FilePath

from lattice_events.readers.common.documents import Document
from lattice_events.readers.common.fragment import Fragment
from lattice_events.readers.common.sources import Context, Found, Reader, ReadOptions, Source
from lattice_events.readers.kubernetes.routes import read_manifests

_NOT_MANIFESTS = ("kustomization.yaml", "kustomization.yml")  # what they list is there


@dataclass(frozen=True, kw_only=True)
class ManifestSource(Source):
    """The Kubernetes objects of one file."""

    documents: tuple[Document, ...]

    @classmethod
    def read_all(cls, sources: Sequence[ManifestSource], context: Context) -> Fragment:
        """Read the objects of every file as those of one cluster."""
        return read_manifests(
            [document for source in sources for document in source.documents],
            region=context.options.region or context.region,
            account=context.account,
            target_urls=context.target_urls,
            assumptions=context.assumptions,
            runs=context.options.runs_functions,
        )


def _claims(found: Found) -> FilePath | None:
    """A file with an object that has a kind."""
    if found.path.name in _NOT_MANIFESTS or found.path.is_dir():
        return None
    return found.path if any(_is_object(each) for each in found.documents) else None


def _load(found: Found, _: ReadOptions) -> list[ManifestSource]:
    """The objects of the file."""
    objects = tuple(each for each in found.documents if _is_object(each))
    return [ManifestSource(origin=found.shown, documents=objects)]


def _is_object(document: Document) -> bool:
    return isinstance(document.value, dict) and "kind" in document.value


KUBERNETES = Reader(form="Kubernetes manifests (with kind)", claims=_claims, load=_load)
