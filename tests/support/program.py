"""Runs the gradcam program as a user would."""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

ERROR = "gradcam: error: "
WARNING = "gradcam: warning: "

# As the user `nobody`, who may write only where everybody may. Needs root; without root the tests
# are such a user already.
UNPRIVILEGED = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"]


@dataclass(frozen=True)
class Result:
    """What a finished run left: exit code and both streams."""

    code: int
    stdout: str
    stderr: str

    @property
    def errors(self) -> list[str]:
        """Messages of the lines `gradcam: error: ...`."""
        return [line[len(ERROR):] for line in self.stderr.splitlines() if line.startswith(ERROR)]

    @property
    def warnings(self) -> list[str]:
        return [line[len(WARNING):] for line in self.stderr.splitlines() if line.startswith(WARNING)]

    @property
    def hints(self) -> list[str]:
        return [line[6:] for line in self.stderr.splitlines() if line.startswith("hint: ")]

    def json(self):
        """The one JSON document on stdout."""
        return json.loads(self.stdout)


class Program:
    """The program at `path`, run in an environment that holds nothing of the user's."""

    def __init__(self, path: str, home: Path):
        self.path = path
        self.home = home

    def environment(self, **variables: str) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "ASAN_OPTIONS", "LD_PRELOAD")
                if name in os.environ}
        return {**kept, "HOME": str(self.home), "GRADCAM_DEVICE": "cpu", "XDG_CACHE_HOME": str(self.home / "cache"),
                "XDG_DATA_HOME": str(self.home / "data"), **variables}

    def command(self, *args, unprivileged: bool = False,
                prefix: list[str] | None = None) -> list[str]:
        """`prefix`: a command that runs it, such as prlimit."""
        user = UNPRIVILEGED if unprivileged and os.geteuid() == 0 else []
        return [*(prefix or []), *user, self.path, *(os.fspath(a) if hasattr(a, "__fspath__") else str(a)
                                      for a in args)]

    def __call__(self, *args, cwd=None, env: dict[str, str] | None = None, stdin: str = "",
                 unprivileged: bool = False, prefix: list[str] | None = None,
                 timeout: float = 300) -> Result:
        """Runs to the end. `env`: variables on top of `environment()`."""
        done = subprocess.run(self.command(*args, unprivileged=unprivileged, prefix=prefix),
                              cwd=cwd or self.home, env=self.environment(**(env or {})),
                              input=stdin.encode(), capture_output=True, timeout=timeout,
                              check=False)
        return Result(done.returncode, done.stdout.decode(), done.stderr.decode())

    def start(self, *args, cwd=None) -> subprocess.Popen:
        """Starts a run and leaves it running, its streams as pipes."""
        return subprocess.Popen(self.command(*args), cwd=cwd or self.home,
                                env=self.environment(), stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
