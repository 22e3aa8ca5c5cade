"""Makes `oo.contracts.events` from the .proto files: frozen dataclasses and the descriptors that the codec reads.

Run by `make contracts`; `--check` fails when what is there is stale.
"""

from __future__ import annotations

import re
import sys
import tempfile
from importlib.resources import files
from pathlib import Path

from google.protobuf.descriptor_pb2 import DescriptorProto, FieldDescriptorProto, FileDescriptorProto, FileDescriptorSet
from grpc_tools import protoc

HERE = Path(__file__).parent / "events"
TARGET = Path(__file__).parent.parent / "src" / "oo" / "contracts" / "events"
SCALARS = {
    FieldDescriptorProto.TYPE_STRING: ("str", '""'),
    FieldDescriptorProto.TYPE_INT32: ("int", "0"),
    FieldDescriptorProto.TYPE_INT64: ("int", "0"),
    FieldDescriptorProto.TYPE_DOUBLE: ("float", "0.0"),
    FieldDescriptorProto.TYPE_BOOL: ("bool", "False"),
}


def main() -> int:
    """Write the files, or compare them."""
    made = generate()
    if "--check" in sys.argv:
        stale = [
            name
            for name, content in made.items()
            if not (TARGET / name).exists() or (TARGET / name).read_bytes() != content
        ]
        if stale:
            print(f"stale: {', '.join(stale)}; run: make contracts", file=sys.stderr)
        return bool(stale)
    for name, content in made.items():
        (TARGET / name).write_bytes(content)
    return 0


def generate() -> dict[str, bytes]:
    """Every generated file by name."""
    descriptors = compiled()
    own = [file for file in descriptors.file if file.package == "oo.events.v1"]
    for file in descriptors.file:
        comments = {tuple(at.path): at.leading_comments for at in file.source_code_info.location}
        if file in own:
            _comments[file.name] = {path[1]: text for path, text in comments.items() if len(path) == 2 and path[0] == 4}
        file.ClearField("source_code_info")
    return {
        "types.py": dataclasses_of(own).encode(),
        "descriptors.binpb": descriptors.SerializeToString(deterministic=True),
    }


_comments: dict[str, dict[int, str]] = {}


def compiled() -> FileDescriptorSet:
    """The .proto files and what they import, compiled."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "set.binpb"
        protos = sorted(str(path.relative_to(HERE)) for path in HERE.rglob("*.proto"))
        google = str(files("grpc_tools") / "_proto")
        arguments = [
            "protoc",
            f"-I{HERE}",
            f"-I{google}",
            "--include_imports",
            "--include_source_info",
            f"--descriptor_set_out={out}",
            *protos,
        ]
        if protoc.main(arguments) != 0:
            sys.exit("the .proto files do not compile")
        return FileDescriptorSet.FromString(out.read_bytes())


def dataclasses_of(own: list[FileDescriptorProto]) -> str:
    """The Python module with one frozen dataclass an event."""
    parts = [
        '"""Generated from contracts/events by `make contracts`; do not edit."""\n',
        "from __future__ import annotations\n",
        "from dataclasses import dataclass\nfrom datetime import datetime\nfrom typing import Final, TypeAlias\n",
        "from oo.contracts.events.wire import Wire\n",
    ]
    names: list[tuple[str, str]] = []
    for file in own:
        room = Path(file.name).stem
        for index, message in enumerate(file.message_type):
            names.append((event_type(room, message.name), message.name))
            parts.append(dataclass_of(message, _comments[file.name].get(index, "")))
    table = "".join(f'    "{kind}": {name},\n' for kind, name in names)
    parts.append(f"\nEvent: TypeAlias = (\n    {chr(10).join('    | ' + name for _, name in names).strip()[2:]}\n)\n")
    parts.append(f"\nEVENTS: Final[dict[str, type[Event]]] = {{\n{table}}}\n")
    return "\n".join(parts)


def dataclass_of(message: DescriptorProto, comment: str) -> str:
    """One event as a frozen dataclass; its docstring is the comment above the message."""
    sentence = " ".join(comment.split())
    lines = [
        "",
        "@dataclass(frozen=True, slots=True)",
        f"class {message.name}(Wire):",
        f'    """`{sentence.replace(":", "`:", 1)}"""',
        "",
    ]
    fields = sorted(message.field, key=lambda field: _optional(field))
    return "\n".join([*lines, *(f"    {field.name}: {_python(field)}" for field in fields)]) + "\n"


def event_type(room: str, message: str) -> str:
    """`signals`, `TaskAdded` → `signals.task.added`."""
    *noun, verb = re.findall(r"[A-Z][a-z0-9]*", message)
    return f"{room}.{'_'.join(noun).lower()}.{verb.lower()}"


def _optional(field: FieldDescriptorProto) -> bool:
    repeated = field.label == FieldDescriptorProto.LABEL_REPEATED
    return repeated or field.proto3_optional or field.type == FieldDescriptorProto.TYPE_MESSAGE


def _python(field: FieldDescriptorProto) -> str:
    if field.label == FieldDescriptorProto.LABEL_REPEATED:
        return f"tuple[{SCALARS[field.type][0]}, ...] = ()"
    if field.type == FieldDescriptorProto.TYPE_MESSAGE:
        return "datetime | None = None"
    name, default = SCALARS[field.type]
    return f"{name} | None = None" if field.proto3_optional else f"{name} = {default}"


if __name__ == "__main__":
    sys.exit(main())
