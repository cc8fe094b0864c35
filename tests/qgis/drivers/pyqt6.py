"""Load, start and unload the plugin on PyQt6, with stubs in the place of QGIS; print what was seen as JSON.

It proves imports only: that every module of the plugin can be imported where Qt is Qt 6, that
``initGui`` and ``unload`` find every Qt name they use, and that they leave nothing behind. No QGIS runs.
"""

import importlib
import json
import os
import pkgutil
import sys
import types

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.append(sys.argv[1])

from PyQt6 import QtCore, QtGui, QtNetwork, QtWidgets


class Made(type):
    """A class whose every attribute is there."""

    def __getattr__(cls, name):
        if name.startswith("__"):
            raise AttributeError(name)
        setattr(cls, name, Made(name, (Stub,), {}))
        return getattr(cls, name)

    def __or__(cls, other):
        return cls

    def __invert__(cls):
        return cls

    def __int__(cls):
        return 0


class Stub(metaclass=Made):
    """An object whose every method is there and gives another."""

    def __init__(self, *given, **named):
        del given, named

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *given, **named: Stub()

    def __or__(self, other):
        return self

    def __and__(self, other):
        return self

    def __str__(self):
        return ""

    def __getitem__(self, key):
        return ""


class StubModule(types.ModuleType):
    """A module in which every name is a class of stubs."""

    __path__ = ()

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        setattr(self, name, Made(name, (Stub,), {}))
        return getattr(self, name)


class Provider(Stub):
    def __init__(self):
        self.added = []

    def addAlgorithm(self, algorithm):  # noqa: N802
        algorithm.initAlgorithm({})
        self.added.append(algorithm)
        return True

    def algorithms(self):
        return self.added


class Registry:
    providers = []  # noqa: RUF012  (one for all)

    def addProvider(self, provider):  # noqa: N802
        self.providers.append(provider)
        provider.loadAlgorithms()

    def providerById(self, name):  # noqa: N802
        return next((one for one in self.providers if one.id() == name), None)

    def removeProvider(self, provider):  # noqa: N802
        self.providers.remove(provider)


class Interface:
    """What the plugin uses of QGIS's window."""

    def __init__(self):
        self.window = QtWidgets.QMainWindow()
        self.menus = {name: QtWidgets.QMenu() for name in ("pluginMenu", "pluginHelpMenu")}
        self.bar = Stub()

    def mainWindow(self):  # noqa: N802
        return self.window

    def addToolBar(self, name):  # noqa: N802
        return self.window.addToolBar(name)

    def messageBar(self):  # noqa: N802
        return self.bar

    def __getattr__(self, name):
        menu = self.__dict__.get("menus", {}).get(name)
        return (lambda: menu) if menu is not None else (lambda *given, **named: Stub())


def stand_in():
    """Put stubs where QGIS's modules are, and PyQt6 where its PyQt is."""
    for name in ("qgis", "qgis.core", "qgis.gui", "qgis.utils", "qgis.processing", "qgis.PyQt"):
        sys.modules[name] = StubModule(name)
    for module in (QtCore, QtGui, QtNetwork, QtWidgets):
        sys.modules[f"qgis.PyQt.{module.__name__.rpartition('.')[2]}"] = module
    core = sys.modules["qgis.core"]
    core.QgsProcessingProvider = Provider
    core.QgsProcessingException = type("QgsProcessingException", (Exception,), {})
    core.QgsApplication.processingRegistry = staticmethod(Registry)
    core.QgsApplication.locale = staticmethod(lambda: "es")
    core.QgsApplication.qgisSettingsDirPath = staticmethod(lambda: "/nonexistent/")
    sys.modules["qgis.gui"].QgsFileWidget = FileWidget


class FileWidget(QtWidgets.QWidget):
    """QGIS's field for a path."""

    StorageMode = Stub

    def lineEdit(self):  # noqa: N802
        return QtWidgets.QLineEdit()

    def __getattr__(self, name):
        return lambda *given: ""


def main():
    application = QtWidgets.QApplication([])
    stand_in()
    package = importlib.import_module("sialgeo_qgis")
    walked = pkgutil.walk_packages(package.__path__, "sialgeo_qgis.")
    modules = [one.name for one in walked if ".carried" not in one.name]
    for name in modules:
        importlib.import_module(name)
    interface = Interface()
    plugin = package.classFactory(interface)
    plugin.initGui()
    told = {
        "qt": QtCore.qVersion(),
        "modules": len(modules),
        "algorithms": [a.name() for a in plugin.provider.added],
        "actions": len(plugin.actions),
    }
    plugin.show_dependencies()
    plugin.unload()
    application.processEvents()
    application.sendPostedEvents(None, QtCore.QEvent.Type.DeferredDelete.value)
    told["left"] = {
        "providers": len(Registry.providers),
        "toolbars": len(interface.window.findChildren(QtWidgets.QToolBar)),
        "menus": [len(menu.actions()) for menu in interface.menus.values()],
        "docks": len(interface.window.findChildren(QtWidgets.QDockWidget)),
    }
    print(json.dumps(told))


main()
