"""Plans and states of Terraform and OpenTofu as sources."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path as FilePath
from typing import Any

from lattice_events.errors import ManifestError, Problem
from lattice_events.readers.cloudformation.reader import TemplateSource
from lattice_events.readers.common.documents import Path, parse_json
from lattice_events.readers.common.files import encoding_of, read_text, shown
from lattice_events.readers.common.noted import exists, look
from lattice_events.readers.common.sources import Found, Reader, ReadOptions
from lattice_events.readers.terraform.document import Resource, TerraformDocument, is_terraform, read_document
from lattice_events.readers.terraform.resources import TemplateBuilder
from lattice_events.readers.terraform.values import FUNCTION, SERVICE, Values

_START_BYTES = 4096
_READABLE = (".json", ".yaml", ".yml", ".template")
_HOW = (
    "Save its JSON and give that: terraform plan -out=plan.out && terraform show -json plan.out > plan.json."
)


def _claims(found: Found) -> FilePath | None:
    """The JSON of a plan or a state; also what it can be made of, which `_load` tells."""
    if found.path.is_dir():
        return found.path if _has_only_configuration(found.path) else None
    if found.path.suffix == ".tf" or _is_binary_plan(found.path):
        return found.path
    start = _start(found.path)
    text = start.decode(encoding_of(start), errors="replace").lstrip()
    if not text.startswith("{") or ('"terraform_version"' not in text and '"format_version"' not in text):
        return None
    return found.path if is_terraform(_parse(found.path)) else None


def _has_only_configuration(folder: FilePath) -> bool:
    """Whether a folder has Terraform's own files, and nothing that any reader reads."""
    look("names", folder)
    files = [each for each in folder.iterdir() if not each.name.startswith(".")]
    names = {each.suffix for each in files}
    others = any(each.is_dir() or each.stem == "serverless" for each in files)
    return ".tf" in names and not names & set(_READABLE) and not others


def _is_binary_plan(file: FilePath) -> bool:
    start = _start(file)
    return start.startswith(b"PK\x03\x04") and b"tfplan" in start


def _start(file: FilePath) -> bytes:
    look("content", file)
    try:
        with file.open("rb") as opened:
            return opened.read(_START_BYTES)
    except OSError:  # who loads it says so
        return b""


def _parse(file: FilePath) -> Any:
    return parse_json(read_text(file, shown(file)), shown(file))


def _load(found: Found, options: ReadOptions) -> list[TemplateSource]:
    """The template that a plan or a state stands for."""
    if found.path.is_dir() or found.path.suffix == ".tf":
        problem = f"Terraform's own files are not read: only Terraform knows what they stand for. {_HOW}"
        raise ManifestError((Problem(problem, found.shown),))
    if _is_binary_plan(found.path):
        problem = f"This is a plan in Terraform's own form. Give its JSON: terraform show -json {found.path.name} > plan.json."
        raise ManifestError((Problem(problem, found.shown),))
    document = read_document(_parse(found.path))
    values = Values(document, given=options.variables, file=found.shown)
    template = TemplateBuilder(document, values).build()
    if values.problems:
        raise ManifestError(values.problems)
    folder = found.path.absolute().parent
    return [
        TemplateSource(
            origin=found.shown,
            template=template,
            locate=_locate(found.shown),
            folder=folder,
            region=document.region,
            account=document.account,
            code=_code(document, folder, options.code),
            deployed=_deployed(document),
            secrets=document.secrets,
            notes=values.notes,
        )
    ]


def _locate(file: str) -> Callable[[Path], str]:
    """A resource is known by its address: the JSON has one line."""

    def locate(path: Path) -> str:
        return f"{file}: {path[1]}" if len(path) > 1 else file

    return locate


def _deployed(document: TerraformDocument) -> dict[str, Mapping[str, str]]:
    """What AWS has already given to the resources: their ARNs and domain names."""
    found: dict[str, Mapping[str, str]] = {}
    for each in document.resources.values():
        arn = each.get("arn")
        if not each.is_data and isinstance(arn, str) and arn.startswith("arn:"):
            domain = each.get("dns_entry", 0, "domain_name") if each.type == SERVICE else None
            known = {"Arn": arn, "DnsEntry.DomainName": domain}
            found[each.address] = {
                key: value for key, value in known.items() if isinstance(value, str) and value
            }
    return found


def _code(
    document: TerraformDocument, folder: FilePath, given: Mapping[str, FilePath]
) -> Callable[[str], str | None]:
    """Where the code of functions and layers is: named by the function's name, else what Terraform packs."""
    sources = {
        each.get("output_path"): _packed(each)
        for each in document.resources.values()
        if each.type == "archive_file" and isinstance(each.get("output_path"), str)
    }

    def code(address: str) -> str | None:
        resource = document.resources[address]
        named = given.get(str(resource.get("function_name"))) if resource.type == FUNCTION else None
        if named is not None:
            return str(named.absolute())
        archive = resource.get("filename")
        if not isinstance(archive, str) or not archive:
            return None
        candidates = (sources.get(archive), archive)
        found = [folder / each for each in candidates if each and exists(folder / each)]
        return str(found[0].resolve()) if found else None

    return code


def _packed(archive: Resource) -> str | None:
    """The folder that an ``archive_file`` packs, or the one of the file that it packs."""
    folder, file = archive.get("source_dir"), archive.get("source_file")
    if isinstance(folder, str):
        return folder
    return str(FilePath(file).parent) if isinstance(file, str) else None


TERRAFORM = Reader(
    form="a plan or state of Terraform (terraform show -json plan.out > plan.json)",
    claims=_claims,
    load=_load,
    keys=("format_version", "terraform_version"),
)
