"""Run the plugin's tests on the QGIS of other Debian releases, each in a chroot of its own.

``python3 tests/qgis/matrix.py [trixie] [sid] [-- PYTEST ARGUMENTS]`` (``make test-qgis-matrix``), as root on
Debian or Ubuntu with ``debootstrap``. Debian's mirror, apt's settings and pip's index are those of the running
system. The chroots stay in ``SIALGEO_QGIS_MATRIX`` (default ``/var/tmp/sialgeo-qgis``, about 3 GB each) and
serve again; delete the folder to start anew. What each run printed is in ``dist/qgis-matrix-SUITE.txt``.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HOLDER = Path(os.environ.get("SIALGEO_QGIS_MATRIX", "/var/tmp/sialgeo-qgis"))
SUITES = ("trixie", "sid")
PACKAGES = [
    "qgis",
    "python3-qgis",
    "python3-venv",
    "python3-pip",
    "python3-scipy",
    "python3-matplotlib",
    "qttools5-dev-tools",
    "xvfb",
    "xauth",
    "openbox",
    "xdotool",
    "poppler-utils",
    "ca-certificates",
]
TOOLS = (
    "pytest",
    "pytest-xdist",
    "babel",
    "bandit",
    "detect-secrets",
    "flake8",
    "flake8-qgis",
    "PyQt6",
)
CHECKOUT, VENV = "/srv/sialgeo", "/srv/venv"
# what tells pip and apt how this machine reaches its packages
_NETWORK = (
    "PIP_",
    "SSL_CERT_",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
)
_APT = ("Acquire::http", "Acquire::https", "Acquire::Check-", "Acquire::Retries")


def main(arguments: list[str]) -> int:
    """Run the suites named, or all; return 0 where every one passed."""
    own, _, passed_on = (" ".join(arguments) + " ").partition("-- ")
    suites = own.split() or list(SUITES)
    if os.geteuid() != 0 or shutil.which("debootstrap") is None:
        sys.exit("test-qgis-matrix needs root and debootstrap. Remedy: apt-get install debootstrap")
    return max(run(suite, passed_on.split() or ["tests/qgis"]) for suite in suites)


def run(suite: str, arguments: list[str]) -> int:
    """Make the chroot where it is missing, lay the sources in it, and run the tests."""
    place = HOLDER / suite
    if not (place / "srv" / "ready").is_file():
        make(suite, place)
    lay_sources(place)
    inside(
        place, f"{VENV}/bin/python -m pip install --quiet --editable {CHECKOUT} {' '.join(TOOLS)}"
    )
    told = ROOT / "dist" / f"qgis-matrix-{suite}.txt"
    told.parent.mkdir(exist_ok=True)
    versions = "from qgis.core import Qgis; import sys, numpy; " + (
        "print('QGIS', Qgis.QGIS_VERSION, '· Python', sys.version.split()[0], '· numpy', numpy.__version__)"
    )
    tests = f'cd {CHECKOUT} && /usr/bin/python3 -c "{versions}" && exec {VENV}/bin/python -m pytest -n 2 '
    with told.open("w", encoding="utf-8") as kept:
        process = subprocess.Popen(
            chroot(place, tests + " ".join(arguments)),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=environment(),
            text=True,
        )
        for line in process.stdout or ():
            sys.stdout.write(line)
            kept.write(line)
    return process.wait()


def make(suite: str, place: Path) -> None:
    """Install a Debian release with its QGIS."""
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    mirror = debian_mirror()
    subprocess.run(["debootstrap", "--variant=minbase", suite, place, mirror], check=True)
    told = subprocess.run(
        ["apt-config", "dump", "Acquire"], capture_output=True, text=True, check=True
    )
    settings = [line for line in told.stdout.splitlines() if line.startswith(_APT)]
    (place / "etc/apt/apt.conf.d/90host").write_text("\n".join([*settings, ""]))
    (place / "etc/dpkg/dpkg.cfg.d/90quick").write_text("force-unsafe-io\n")  # it can be made anew
    inside(place, "apt-get update -qq")
    install = "apt-get install -y -qq --no-install-recommends " + " ".join(PACKAGES)
    inside(place, f"DEBIAN_FRONTEND=noninteractive {install} >/dev/null && apt-get clean")
    inside(place, f"python3 -m venv {VENV}")
    (place / "srv" / "ready").touch()


def debian_mirror() -> str:
    """Return the mirror that the running system takes Debian's main archive from."""
    asked = [
        "apt-get",
        "indextargets",
        "--format",
        "$(REPO_URI)",
        "Created-By: Packages",
        "Origin: Debian",
    ]
    told = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.split()
    mirrors = [uri for uri in told if "security" not in uri]
    if not mirrors:
        sys.exit("test-qgis-matrix: apt knows no Debian mirror. Remedy: run apt-get update")
    return mirrors[0]


def lay_sources(place: Path) -> None:
    """Copy the checkout as it stands, without what git ignores."""
    target = place / CHECKOUT.lstrip("/")
    kept = target / ".venv-qgis"  # the chroot's own
    for old in target.iterdir() if target.is_dir() else ():
        if old != kept:
            shutil.rmtree(old) if old.is_dir() else old.unlink()
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target / name)


def inside(place: Path, command: str) -> None:
    """Run a command in a chroot."""
    subprocess.run(chroot(place, command), env=environment(), check=True)


def chroot(place: Path, command: str) -> list[str]:
    """Return the command line; its mounts vanish with it. The network is the running system's."""
    for name in ("etc/resolv.conf", "etc/hosts", "etc/ssl/certs/ca-certificates.crt"):
        if Path("/", name).is_file():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(Path("/", name), place / name)
    mounts = f"mount -t proc proc {place}/proc && mount --rbind /dev {place}/dev"
    script = f'{mounts} && exec chroot {place} /bin/sh -c "$0"'
    return ["unshare", "--mount", "--pid", "--fork", "sh", "-c", script, command]


def environment() -> dict[str, str]:
    """Return the environment inside: nothing of this machine but how it reaches its packages."""
    network = {k: v for k, v in os.environ.items() if k.upper().startswith(_NETWORK)}
    return network | {
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": "/root",
        "LANG": "C.UTF-8",
        "PROJ_DATA": "/usr/share/proj",
    }


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
