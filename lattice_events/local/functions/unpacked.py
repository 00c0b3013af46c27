"""Where a function's code and layers are on this machine: what Lambda has in /var/task and in /opt.

Source:
    https://docs.aws.amazon.com/lambda/latest/dg/chapter-layers.html
"""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial

from lattice_events.errors import ConfigurationError
from lattice_events.local.children.environment import Places
from lattice_events.local.functions.archive import unpack
from lattice_events.network.model import Function


class Unpacked:
    """The folders of a run's functions: archives are unpacked, and layers merged, once."""

    def __init__(self) -> None:
        """Prepare; nothing is unpacked before the first invocation."""
        self._made: dict[tuple[str, ...], asyncio.Future[str]] = {}  # temporary folders by what they hold
        self._forgotten: list[asyncio.Future[str]] = []  # processes may still run in them

    async def places(self, function: Function) -> Places:
        """The folders of a function.

        Raises:
            ConfigurationError: An archive or a layer cannot be read.
        """
        task_root = await self._folder(function.code)
        if not function.layers:
            return Places(task_root=task_root)
        folders = [await self._folder(layer) for layer in function.layers]
        merging = partial(asyncio.to_thread, merge, folders)
        return Places(task_root=task_root, layers=await self._once(("layers", *function.layers), merging))

    def forget(self, code: Iterable[str]) -> None:
        """Unpack archives, and merge layers, anew when they are asked for next."""
        changed = set(code)
        for key in [each for each in self._made if not changed.isdisjoint(each)]:
            self._forgotten.append(self._made.pop(key))

    async def close(self) -> None:
        """Remove what was unpacked and merged."""
        made = (*self._made.values(), *self._forgotten)
        for folder in await asyncio.gather(*made, return_exceptions=True):
            if isinstance(folder, str):
                shutil.rmtree(folder, ignore_errors=True)

    async def _folder(self, code: str) -> str:
        """A folder, or where an archive is unpacked."""
        if not code.endswith(".zip"):
            return code
        return await self._once(("archive", code), partial(asyncio.to_thread, unpack, code))

    async def _once(self, key: tuple[str, ...], make: Callable[[], Awaitable[str]]) -> str:
        """A folder that is made once a run; the next invocation tries again what failed."""
        if key not in self._made:
            self._made[key] = asyncio.ensure_future(make())
            self._made[key].add_done_callback(partial(self._forget_failure, key))
        return await asyncio.shield(self._made[key])

    def _forget_failure(self, key: tuple[str, ...], making: asyncio.Future[str]) -> None:
        if making.cancelled() or making.exception() is not None:
            self._made.pop(key, None)


def merge(layers: Sequence[str]) -> str:
    """A new temporary folder with links to everything that layers hold; the caller deletes it.

    As in Lambda, folders of one path become one, and of files of one path the last layer's stays.

    Raises:
        ConfigurationError: A layer cannot be read; no folder is left.
    """
    merged = tempfile.mkdtemp(prefix="lattice-layers-")
    try:
        for layer in layers:
            for path, is_folder in _contents(layer):
                _place(os.path.join(layer, path), os.path.join(merged, path), is_folder=is_folder)
    except OSError as error:
        shutil.rmtree(merged, ignore_errors=True)
        raise ConfigurationError(f"A layer cannot be read: {error.filename}: {error.strerror}.") from error
    return merged


def _contents(layer: str) -> Iterator[tuple[str, bool]]:
    """Relative paths of what is in a layer, a folder before what is in it, and whether each is a folder.

    A symbolic link is no folder, wherever it leads.
    """

    def refuse(error: OSError) -> None:
        raise error

    for folder, folders, files in os.walk(layer, onerror=refuse):
        inside = os.path.relpath(folder, layer)
        for name in folders:
            yield os.path.join(inside, name), not os.path.islink(os.path.join(folder, name))
        for name in files:
            yield os.path.join(inside, name), False


def _place(source: str, path: str, *, is_folder: bool) -> None:
    """Put a link, or a folder of its own: nothing is ever written through a link into a user's layer."""
    is_merged = os.path.isdir(path) and not os.path.islink(path)
    if is_merged and is_folder:
        return
    if is_merged:
        shutil.rmtree(path)
    with suppress(FileNotFoundError):
        os.unlink(path)
    if is_folder:
        os.mkdir(path)
    else:
        os.symlink(os.path.abspath(source), path)
