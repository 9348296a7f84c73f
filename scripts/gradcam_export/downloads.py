"""Official weight files: fetched once, checked by their digest, kept in the user's cache."""

import hashlib
import http.client
import os
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from gradcam_export.atomic import complete_file
from gradcam_export.errors import ExportError, first_line

# For networks that reach a mirror only: the folder that holds the files under their own names.
MIRROR_VARIABLE = "GRADCAM_WEIGHTS_MIRROR"
SECONDS_WITHOUT_DATA = 60
BLOCK = 2**20


@dataclass(frozen=True)
class Download:
    url: str
    digest: str  # "md5:..." or "sha256:...", as the file's publisher states it

    @property
    def file_name(self) -> str:
        return self.url.rpartition("/")[2]


def fetch(download: Download) -> Path:
    """The file in the cache, downloaded if it is not there. Throws ExportError."""
    path = cache_folder() / download.file_name
    if not has_digest(path, download.digest):
        with complete_file(path) as unfinished:
            _receive(_place(download), unfinished)
            if not has_digest(unfinished, download.digest):
                raise ExportError(
                    f"the file at {_place(download)} is not the published one, whose digest is "
                    f"{download.digest}",
                    f"download {download.url} elsewhere and pass it with --weights FILE")
    return path


def has_digest(path: Path, digest: str) -> bool:
    algorithm, _, expected = digest.partition(":")
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, algorithm).hexdigest() == expected


def cache_folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "gradcam" / "weights"


def _place(download: Download) -> str:
    mirror = os.environ.get(MIRROR_VARIABLE, "").rstrip("/")
    return f"{mirror}/{download.file_name}" if mirror else download.url


def _receive(url: str, path: Path) -> None:
    print(f"downloading {url}", file=sys.stderr)
    try:
        with (urllib.request.urlopen(url, timeout=SECONDS_WITHOUT_DATA) as response,
              path.open("wb") as file):
            while block := response.read(BLOCK):
                file.write(block)
    except (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError,
            ValueError) as error:
        raise ExportError(f"cannot download {url}: {_reason(error)}",
                          "download it elsewhere and pass it with --weights FILE, or use "
                          "--weights random") from error


def _reason(error: Exception) -> str:
    """A URLError wraps an exception or a sentence; an HTTPError, which is one, has a number too."""
    if isinstance(error, urllib.error.HTTPError):
        return str(error)
    reason = getattr(error, "reason", error)
    return first_line(reason) if isinstance(reason, BaseException) else str(reason)
