"""An Asterisk on this machine: the system's own, or the private one that `provision` unpacked.

A private Asterisk is started through its own loader, because its C library is newer than the system's.
"""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

FLOOR = (22, 10, 1)  # older ones lack chan_websocket or carry advisories on our path

MULTIARCH = {"amd64": "x86_64-linux-gnu", "arm64": "aarch64-linux-gnu"}
LOADERS = {"amd64": "usr/lib64/ld-linux-x86-64.so.2", "arm64": "usr/lib/ld-linux-aarch64.so.1"}


@dataclass(frozen=True, slots=True)
class Installation:
    """Where the parts of one Asterisk lie. All paths are absolute."""

    root: Path
    version: str
    binary: Path
    loader: tuple[str, ...]  # empty for a system Asterisk
    modules_dir: Path
    data_dir: Path

    @property
    def sounds_dir(self) -> Path:
        return self.data_dir / "sounds"

    @property
    def moh_dir(self) -> Path:
        return self.data_dir / "moh"

    @property
    def rest_api_dir(self) -> Path:
        """The folder of ARI's own description (Swagger 1.1 JSON)."""
        return self.data_dir / "rest-api"

    def command(self, argv0: Path) -> tuple[str, ...]:
        """The words that start this Asterisk; `argv0` is an absolute wrapper, which `core restart` executes again."""
        if not self.loader:
            return (str(self.binary),)
        return (*self.loader, "--argv0", str(argv0), str(self.binary))


def upstream_version(text: str) -> str | None:
    """'1:22.10.1~dfsg-1' or 'Asterisk 22.10.1~dfsg' -> '22.10.1'."""
    found = re.search(r"(?<![\d.])(\d+\.\d+\.\d+)", text)
    return found[1] if found else None


def good_enough(version: str) -> bool:
    return tuple(int(part) for part in version.split(".")) >= FLOOR


def find_system_asterisk() -> str | None:
    """The version of the system's Asterisk where it is recent enough to be used as it is, else None."""
    binary = _system_binary()
    if binary is None:
        return None
    try:
        said = subprocess.run([binary, "-V"], capture_output=True, text=True, timeout=10, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return None
    version = upstream_version(said)
    return version if version and good_enough(version) and _system_modules() else None


def system_installation(version: str) -> Installation:
    """The system's Asterisk, once `find_system_asterisk` has named its version."""
    binary, modules = _system_binary(), _system_modules()
    assert binary is not None
    assert modules is not None
    data = next((path for path in _DATA_DIRS if (path / "rest-api").is_dir()), _DATA_DIRS[0])
    return Installation(Path("/"), version, Path(binary), (), modules, data)


def private_installation(root: Path, version: str, architecture: str) -> Installation:
    root = root.resolve()
    libraries = root / "usr/lib" / MULTIARCH[architecture]
    return Installation(
        root=root,
        version=version,
        binary=root / "usr/sbin/asterisk",
        loader=(str(root / LOADERS[architecture]), "--library-path", str(libraries)),
        modules_dir=libraries / "asterisk/modules",
        data_dir=root / "usr/share/asterisk",
    )


_DATA_DIRS = (Path("/usr/share/asterisk"), Path("/var/lib/asterisk"))


def _system_binary() -> str | None:
    return shutil.which("asterisk", path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"]))


def _system_modules() -> Path | None:
    places = [Path("/usr/lib") / name / "asterisk/modules" for name in (*MULTIARCH.values(), ".")]
    return next((path for path in places if (path / "chan_websocket.so").exists()), None)
