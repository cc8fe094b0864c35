# SPDX-License-Identifier: GPL-2.0-or-later
"""Install missing libraries into the profile's own folder: pip in a process of its own.

What QGIS brings is never touched: the running numpy and scipy, and all else that is there, are
constraints; the folder is the profile's, keyed by the version of Python, and it is appended to
``sys.path``. pip gets QGIS's proxy by
its environment, so that no password stands in a command line or in the log; or it gets a folder of
wheels and no network at all.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from qgis.core import QgsNetworkAccessManager
from qgis.PyQt.QtCore import QObject, QProcess, QProcessEnvironment, QUrl, pyqtSignal
from qgis.PyQt.QtNetwork import QNetworkProxy, QNetworkProxyFactory, QNetworkProxyQuery

from . import library
from .texts import mark, tr

WINDOWS = os.name == "nt"
_CONSTRAINTS = "constraints.txt"
# what pip says, and what helps
_FAILURES = (
    (
        ("No module named pip",),
        mark(
            "This Python has no pip. Remedy: on Debian or Ubuntu install the package python3-pip; on "
            "Windows run the OSGeo4W Setup and choose python3-pip."
        ),
    ),
    (
        ("407", "Proxy Authentication Required", "ProxyError", "Tunnel connection failed"),
        mark(
            "The proxy refused the connection. Remedy: enter proxy, user and password in Settings › "
            "Options › Network, or install from a folder of wheels."
        ),
    ),
    (
        ("CERTIFICATE_VERIFY_FAILED", "SSLError"),
        mark(
            "The connection is inspected by a certificate that Python does not know. Remedy: ask for "
            "the certificate and set PIP_CERT in Settings › Options › System, or install from a "
            "folder of wheels."
        ),
    ),
    (
        ("Failed to establish a new connection", "Name or service not known", "getaddrinfo failed"),
        mark(
            "There is no connection to the package index. Remedy: check Settings › Options › Network, "
            "or install from a folder of wheels."
        ),
    ),
    (
        ("ResolutionImpossible", "conflicting dependencies"),
        mark(
            "No version fits the numpy and scipy of this QGIS. Remedy: update QGIS; nothing was changed."
        ),
    ),
    (
        ("No matching distribution found", "Could not find a version"),
        mark(
            "There is no wheel for this Python and system. Remedy: in the folder of wheels put those "
            "that the report names, for this version of Python; or update QGIS."
        ),
    ),
    (
        ("Permission denied", "Access is denied", "WinError 5", "WinError 32"),
        mark(
            "A file could not be written. Remedy: close other QGIS windows and try again; if a virus "
            "scanner holds the folder, ask for an exception."
        ),
    ),
    (
        ("No space left on device", "WinError 112"),
        mark("The disk is full. Remedy: make room and try again."),
    ),
)


class Installation(QObject):
    """One run of pip; tells its lines and, at the end, whether it went well and what helps if not."""

    said = pyqtSignal(str)
    ended = pyqtSignal(bool, str)

    def __init__(self, parent=None) -> None:
        super().__init__(parent)
        self._process = QProcess(self)
        self._process.setProcessChannelMode(QProcess.ProcessChannelMode.MergedChannels)
        self._process.readyReadStandardOutput.connect(self._read)
        self._process.finished.connect(self._finish)
        self._process.errorOccurred.connect(self._fail)
        self._text, self._stopped = "", False

    def start(self, names, wheels: str = "") -> None:
        """Install libraries, from a folder of wheels where one is given."""
        folder = library.own_folder()
        folder.mkdir(parents=True, exist_ok=True)
        constraints = folder / _CONSTRAINTS
        constraints.write_text("\n".join([*library.constraints(), ""]), encoding="ascii")
        self._process.setProcessEnvironment(environment(offline=bool(wheels)))
        self.said.emit(tr("Installing into {folder}").format(folder=folder))
        self._process.start(interpreter(), arguments(names, constraints, wheels))

    def stop(self) -> None:
        """Stop pip; what is half there is of no effect until pip ends well."""
        self._stopped = True
        self._process.kill()

    def running(self) -> bool:
        """Return whether pip is at work."""
        return self._process.state() != QProcess.ProcessState.NotRunning

    def _read(self) -> None:
        text = bytes(self._process.readAllStandardOutput()).decode("utf-8", "replace")
        self._text += text
        for line in text.splitlines():
            if line.strip():
                self.said.emit(line.rstrip())

    def _fail(self, error) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self.ended.emit(
                False, tr("Python could not be started: {path}").format(path=interpreter())
            )

    def _finish(self, code: int, status) -> None:
        self._read()
        if self._stopped:
            self.ended.emit(False, tr("Stopped."))
        elif code == 0 and status == QProcess.ExitStatus.NormalExit:
            library.note_installation()
            self.ended.emit(True, tr("Installed."))
        else:
            self.ended.emit(False, explained(self._text))


def arguments(names, constraints: Path, wheels: str = "") -> list[str]:
    """Return pip's arguments: only ready-made wheels, and nothing of QGIS replaced."""
    told = ["-m", "pip", "install", "--user", "--no-input", "--disable-pip-version-check"]
    told += [
        "--no-warn-script-location",
        "--only-binary",
        ":all:",
        "--constraint",
        str(constraints),
    ]
    if wheels:
        told += ["--no-index", "--find-links", str(wheels)]
    return told + [library.requirement(name) for name in names]


def environment(*, offline: bool) -> QProcessEnvironment:
    """Return pip's environment: the profile's folder as the user's, and QGIS's proxy."""
    found = QProcessEnvironment.systemEnvironment()
    found.remove("PYTHONNOUSERSITE")
    found.insert("PYTHONUSERBASE", str(library.own_folder()))
    found.insert("PIP_BREAK_SYSTEM_PACKAGES", "1")  # Debian's: the folder is ours, not the system's
    found.insert("PYTHONIOENCODING", "utf-8")
    address = "" if offline else proxy_address()
    if address:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
            found.insert(name, address)
    return found


def proxy_address() -> str:
    """Return the proxy of QGIS's network settings as an address, empty where there is none."""
    manager = QgsNetworkAccessManager.instance()
    proxy = manager.fallbackProxy()
    if proxy.type() == QNetworkProxy.ProxyType.DefaultProxy:
        asked = QNetworkProxyQuery(QUrl("https://qgis.org"))
        proxy = next(iter(QNetworkProxyFactory.systemProxyForQuery(asked)), QNetworkProxy())
    kinds = {
        QNetworkProxy.ProxyType.HttpProxy: "http",
        QNetworkProxy.ProxyType.HttpCachingProxy: "http",
        QNetworkProxy.ProxyType.Socks5Proxy: "socks5",
    }
    if proxy.type() not in kinds or not proxy.hostName():
        return ""
    url = QUrl()
    url.setScheme(kinds[proxy.type()])
    url.setHost(proxy.hostName())
    url.setPort(proxy.port())
    if proxy.user():
        url.setUserName(proxy.user())
        url.setPassword(proxy.password())
    return bytes(url.toEncoded()).decode("ascii")


def interpreter() -> str:
    """Return the Python of this QGIS; in Windows' and macOS' builds ``sys.executable`` is QGIS itself."""
    own, prefix = Path(sys.executable or ""), Path(sys.exec_prefix)
    if own.name.lower().startswith("python") and own.is_file():
        return str(own)
    names = ("python.exe", "python3.exe") if WINDOWS else ("python3",)
    places = (prefix, prefix / "bin", own.parent, own.parent / "bin")
    found = [place / name for place in places for name in names if (place / name).is_file()]
    return str(found[0]) if found else names[-1]


def explained(text: str) -> str:
    """Return what helps after pip's own words."""
    for signs, remedy in _FAILURES:
        if any(sign in text for sign in signs):
            return tr(remedy)
    return tr("pip ended with an error; its own words are above. Nothing of QGIS was changed.")
