"""TorchScript files changed from outside."""

import zipfile
from pathlib import Path


def replaced_in_code(source: Path, old: str, new: str, target: Path) -> Path:
    """A copy of `source` with `old` replaced by `new` in its code; it must occur."""
    count = 0
    with zipfile.ZipFile(source) as read, zipfile.ZipFile(target, "w") as write:
        for entry in read.infolist():
            content = read.read(entry)
            if "/code/" in entry.filename and entry.filename.endswith(".py"):
                count += content.count(old.encode())
                content = content.replace(old.encode(), new.encode())
            write.writestr(entry.filename, content, zipfile.ZIP_STORED)
    assert count > 0, f"{source} has no {old}"
    return target
