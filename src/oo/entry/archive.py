"""A back-up as one file: a tar with a manifest at its front and the checksums of everything at its end.

Under a passphrase the whole file is sealed, and then holds the instance key too. Reading it looks at every byte before
anything is used.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from oo.kernel.sealed import MAGIC, Opening, Sealing, WrongPassphrase, is_sealed

if TYPE_CHECKING:
    import tarfile

MANIFEST, SUMS = "manifest.json", "SHA256SUMS"
NAMES = frozenset({MANIFEST, SUMS, "oo.db", "keys.db", "postgres.dump", "tombstones.jsonl", "instance.key"})
"""All that a back-up may hold."""
_BLOCK = 1 << 20


class BackupBroken(Exception):
    """A back-up can't be used; the message says which, why, and that nothing was touched."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a back-up says of itself."""

    made_at: str
    """ISO 8601, in UTC."""
    oo: str
    """The version that made it."""
    revision: str
    """Of the tables."""
    database: str
    """`sqlite` or `postgres`."""
    instance: str
    """Digest of the instance key without which it can't be read."""


def write(target: Path, manifest: Manifest, files: Mapping[str, Path], passphrase: bytes | None) -> None:
    """Write a back-up, private and durable on return; until it is whole there is no file of that name."""
    target.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
    partial = target.with_name(f".{target.name}.partial")
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            with contextlib.ExitStack() as open_:
                out: BinaryIO = file
                if passphrase is not None:
                    out = cast("BinaryIO", open_.enter_context(contextlib.closing(Sealing(file, passphrase))))
                _pack(out, manifest, files)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(target)
        _sync(target.parent)
    finally:
        partial.unlink(missing_ok=True)


def unpack(source: Path, folder: Path, passphrase: bytes | None) -> Manifest:
    """Lay a back-up's files into an empty private folder, every byte checked; raises `BackupBroken`."""
    import tarfile

    try:
        with source.open("rb") as file, contextlib.ExitStack() as open_:
            sealed = is_sealed(file.read(len(MAGIC)))
            file.seek(0)
            if sealed and passphrase is None:
                raise BackupBroken(
                    f"{source} is under a passphrase; name the file that holds it: --passphrase-file FILE"
                )
            stream: BinaryIO = file
            if sealed and passphrase is not None:
                stream = cast("BinaryIO", open_.enter_context(Opening(file, passphrase)))
            return _unpack(stream, folder)
    except WrongPassphrase:
        raise BackupBroken(
            f"{source} does not open with this passphrase, or was altered; nothing was touched. "
            "Name the right passphrase, or take another back-up."
        ) from None
    except (tarfile.TarError, ValueError, KeyError, TypeError, EOFError, UnicodeError) as error:
        raise BackupBroken(
            f"{source} is damaged ({str(error) or type(error).__name__}); nothing was touched. Take another back-up."
        ) from None


def _pack(out: BinaryIO, manifest: Manifest, files: Mapping[str, Path]) -> None:
    import tarfile  # here, as every start imports this file, and few make a back-up

    sums: list[str] = []
    with tarfile.open(fileobj=out, mode="w|", format=tarfile.PAX_FORMAT) as tar:
        described = json.dumps(asdict(manifest), indent=1).encode() + b"\n"
        _add(tar, MANIFEST, io.BytesIO(described), len(described), sums)
        for name, path in files.items():
            with path.open("rb") as file:
                _add(tar, name, file, path.stat().st_size, sums)
        _add(tar, SUMS, io.BytesIO("".join(sums).encode()), sum(map(len, sums)), [])


def _add(tar: tarfile.TarFile, name: str, file: BinaryIO, size: int, sums: list[str]) -> None:
    from tarfile import TarInfo

    member = TarInfo(name)
    member.size, member.mode = size, 0o600
    counted = _Counted(file)
    tar.addfile(member, cast("BinaryIO", counted))
    sums.append(f"{counted.digest.hexdigest()}  {name}\n")


class _Counted:
    """A file whose bytes are hashed as they are read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self.digest = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self.digest.update(data)
        return data


def _unpack(stream: BinaryIO, folder: Path) -> Manifest:
    import tarfile

    found: dict[str, str] = {}
    sums = ""
    with tarfile.open(fileobj=stream, mode="r|") as tar:
        for member in tar:
            file = tar.extractfile(member)
            if file is None or member.name not in NAMES or member.name in found or sums:
                raise ValueError("it holds what no back-up has")
            if member.name == SUMS:
                sums = file.read().decode()
            else:
                found[member.name] = _lay(cast("BinaryIO", file), folder / member.name, member.size)
    if sums != "".join(f"{digest}  {name}\n" for name, digest in found.items()):
        raise ValueError("its checksums are others" if sums else "its end is missing")
    return Manifest(**json.loads((folder / MANIFEST).read_bytes()))


def _lay(file: BinaryIO, path: Path, size: int) -> str:
    digest = hashlib.sha256()
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        for block in _blocks(file):
            digest.update(block)
            out.write(block)
        if out.tell() != size:
            raise ValueError("a part of it is missing")
        out.flush()
        os.fsync(out.fileno())
    return digest.hexdigest()


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    while block := file.read(_BLOCK):
        yield block


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
