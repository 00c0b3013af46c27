"""Functions with layers, under the real runtime client."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.integration.invoking import CLIENTS, function, write_code

VERSION = f"python{sys.version_info.major}.{sys.version_info.minor}"
SITE_PACKAGES = f"python/lib/{VERSION}/site-packages"
IMPORTS = """
    import importlib
    def handler(event, context):
        return [getattr(importlib.import_module(each), "FROM", None) for each in event]
"""


def make_layer(path: Path, files: Mapping[str, str]) -> str:
    """A folder, or an archive if its name says so."""
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in files.items():
                archive.writestr(name, content)
        return str(path)
    for name, content in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_text(content)
    return str(path)


def invoked(code: Path, layers: tuple[str, ...], event: Any, **options: Any) -> Any:
    """What the function of a folder returns."""

    async def scenario() -> Any:
        async with function(code, layers=layers, **options) as running:
            return json.loads((await running.invoke(event)).payload)

    return asyncio.run(scenario())


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("suffix", ["", ".zip"])
def test_a_later_layer_overrides_an_earlier_one_and_the_code_both(
    tmp_path: Path, client: str, suffix: str
) -> None:
    first = {"python/only.py": "FROM = 1", "python/both.py": "FROM = 1", "python/all.py": "FROM = 1"}
    second = {"python/both.py": "FROM = 2", "python/all.py": "FROM = 2", "python/pack/b.py": "FROM = 2"}
    first |= {"python/pack/__init__.py": "FROM = 1", "python/pack/a.py": "FROM = 1"}
    layers = [make_layer(tmp_path / f"{n}{suffix}", each) for n, each in enumerate((first, second))]
    code = write_code(tmp_path, IMPORTS, all="FROM = 0")

    found = invoked(code, tuple(layers), ["only", "both", "all", "pack", "pack.a", "pack.b"], client=client)

    assert found == [1, 2, 0, 1, 1, 2]


ORDER = {
    "python/m.py": "FROM = '/opt/python'",
    f"{SITE_PACKAGES}/m.py": "FROM = 'site-packages'",
    "python/requests.py": "FROM = 'layer'",  # installed beside lattice, too
    f"{SITE_PACKAGES}/more.pth": "../../../extra",
    "python/extra/by_pth.py": "FROM = 'pth'",
}


@pytest.mark.parametrize(
    ("variables", "requests"), [({}, "layer"), ({"PYTHONPATH": "/nowhere"}, None)], ids=["", "PYTHONPATH"]
)
def test_modules_of_layers_are_found_where_lambda_finds_them(
    tmp_path: Path, variables: dict[str, str], requests: str | None
) -> None:
    """A function's own PYTHONPATH puts layers last, as /var/runtime/bootstrap.py does."""
    layer = make_layer(tmp_path / "layer", ORDER)

    found = invoked(write_code(tmp_path, IMPORTS), (layer,), ["m", "requests", "by_pth"], variables=variables)

    assert found == ["site-packages", requests, "pth"]


def test_a_handler_may_be_in_a_layer(tmp_path: Path) -> None:
    layer = make_layer(tmp_path / "layer", {"python/wrap/per.py": "def handler(event, context): return 7"})
    (tmp_path / "code").mkdir()

    assert invoked(tmp_path / "code", (layer,), None, handler="wrap/per.handler") == 7


def test_layers_are_merged_once_and_gone_at_the_end(tmp_path: Path) -> None:
    layer = make_layer(tmp_path / "layer", {"python/where.py": "FROM = __file__"})
    code = write_code(tmp_path, IMPORTS)

    async def scenario() -> set[str]:
        async with function(code, layers=(layer,)) as running:
            results = await asyncio.gather(*(running.invoke(["where"]) for _ in range(3)))
            places = {json.loads(result.payload)[0] for result in results}
            assert all(map(os.path.exists, places))
        return places

    (place,) = asyncio.run(scenario())
    assert not os.path.exists(place)


def test_a_layer_that_cannot_be_read_is_an_error_of_the_function(tmp_path: Path) -> None:
    failed = invoked(write_code(tmp_path, IMPORTS), (str(tmp_path / "gone"),), [])

    assert failed["errorType"] == "Runtime.InvalidEntrypoint"
    assert f"A layer cannot be read: {tmp_path / 'gone'}: No such file or directory" in failed["errorMessage"]
