"""Every environment of the project is pinned by hash, and this file writes the pins or says that they are stale.

`write` asks the package index through uv; `check` needs no network: a lock carries a fingerprint of the requirements
in pyproject.toml that it was compiled from, so a requirement that changed without its locks is found.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYPROJECT = ROOT / "pyproject.toml"
FINGERPRINT = "# compiled by requirements/lock.py from pyproject.toml "
PIN = re.compile(r"(?P<name>[a-z0-9-]+)==(?P<version>\S+)( ; [^\\]+?)? +--hash=sha256:[0-9a-f]{64}")
ANYWHERE = ("--universal", "--python-version", "3.11")  # 3.11 to 3.13, Linux and macOS
ON_LAMBDA = ("--python-platform", "linux", "--python-version", "3.13")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """One file of pins: what it is compiled from, for which machines, and what it must agree with."""

    path: str
    inputs: tuple[str, ...]
    machines: tuple[str, ...] = ANYWHERE
    agrees_with_dev: bool = True

    @property
    def file(self) -> Path:
        """Where the pins stand."""
        return ROOT / self.path


# The order matters: the others take their versions from dev, so that tests and functions meet the same packages.
DEV = Lock(
    path="requirements/dev.txt", inputs=("pyproject.toml", "--extra", "dev", "--group", "build"), agrees_with_dev=False
)
LOCKS = (
    DEV,
    Lock(path="requirements/local.txt", inputs=("pyproject.toml", "--extra", "local", "--group", "build")),
    Lock(path="requirements/runtime.txt", inputs=("--group", "runtime"), machines=ON_LAMBDA),
    Lock(path="layers/core/requirements.txt", inputs=("pyproject.toml",), machines=ON_LAMBDA),
    Lock(path="requirements/sam.txt", inputs=("--group", "sam"), agrees_with_dev=False),
)


def fingerprint() -> str:
    """Digest everything in pyproject.toml that a lock is compiled from."""
    content = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))
    project = content["project"]
    inputs = {
        "python": project["requires-python"],
        "dependencies": project["dependencies"],
        "extras": project["optional-dependencies"],
        "groups": content["dependency-groups"],
    }
    return hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()


def write() -> None:
    """Compile every lock anew, at the newest versions that pyproject.toml allows."""
    for lock in LOCKS:
        constraint = ("--constraint", DEV.path) if lock.agrees_with_dev else ()
        compiled = subprocess.run(  # noqa: S603 - arguments are the constants above
            (
                *(str(Path(sys.executable).with_name("uv")), "pip", "compile", "--quiet", "--generate-hashes"),
                *("--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links"),
                *(*lock.machines, *constraint, *lock.inputs),
            ),
            cwd=ROOT,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        ).stdout
        lock.file.write_text(f"{FINGERPRINT}{fingerprint()}\n{compiled}", encoding="utf-8")


def pins(lock: Lock) -> tuple[dict[str, set[str]], list[str]]:
    """Read a lock: the versions of each package (two where Python versions differ), and lines that are no pin."""
    versions: dict[str, set[str]] = {}
    strange = []
    for line in lock.file.read_text(encoding="utf-8").replace("\\\n", " ").splitlines():
        if pin := PIN.match(line):
            versions.setdefault(pin["name"], set()).add(pin["version"])
        elif line and not line.startswith("#"):
            strange.append(line.split(" ")[0])
    return versions, strange


def stale(lock: Lock) -> list[str]:
    """Tell what is wrong with a lock, in whole sentences; nothing where it is fresh."""
    versions, strange = pins(lock)
    complaints = [f"{lock.path}: {line} is not a package pinned by version and hash" for line in strange]
    if not lock.file.read_text(encoding="utf-8").startswith(FINGERPRINT + fingerprint()):
        complaints.append(f"{lock.path} was compiled from other requirements than pyproject.toml now has")
    if lock.agrees_with_dev:
        tested, _ = pins(DEV)
        complaints += [
            f"{lock.path} has {name} {', '.join(sorted(found))}; {DEV.path} tests {', '.join(sorted(tested[name]))}"
            for name, found in versions.items()
            if name in tested and not found <= tested[name]
        ]
    return complaints


def main() -> int:
    """Write or check the locks; the exit code is 1 where one is stale."""
    if sys.argv[1:] == ["write"]:
        write()
    elif sys.argv[1:] != ["check"]:
        print("usage: lock.py write | check", file=sys.stderr)
        return 2
    complaints = [complaint for lock in LOCKS for complaint in stale(lock)]
    for complaint in complaints:
        print(f"{complaint}; run `make lock`", file=sys.stderr)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
