"""Small files as analysts bring them, made when a test asks: one a habit or a fault, each with what is expected."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import pandas as pd
from pyproj import Transformer
from shapely.geometry import LineString, Point, box

from sialgeo.crs import wgs84_operation

FIRST = (-78.512, -7.163)
LONLAT = (FIRST, (-78.617, -7.158), (-78.8178, -6.3794), (-78.8079, -5.7079))
YUCATAN = ((-89.62, 20.97), (-89.59, 20.98), (-88.2, 20.69), (-90.05, 21.16))
_PERU = (-81.33, -18.35, -68.65, -0.04)


@dataclass(frozen=True)
class Case:
    """A file and how it is to be read: rows kept, reasons, first position, guesses; or the error."""

    name: str
    make: Callable[[Path], Path]
    rows: int = 4
    first: tuple[float, float] = FIRST
    reasons: Mapping[str, int] = field(default_factory=dict)
    guesses: Mapping[str, Any] = field(default_factory=dict)
    warned: tuple[str, ...] = ()  # codes that check_producers tells
    note: str = ""  # a part of a note
    error: tuple[str, ...] = ()  # the error's name and parts of its message
    options: Mapping[str, Any] = field(default_factory=dict)


def put(epsg: int, lonlat: Any = LONLAT) -> list[tuple[float, float]]:
    change = Transformer.from_crs(4326, epsg, always_xy=True)
    return [tuple(round(v, 2) for v in change.transform(*p)) for p in lonlat]  # type: ignore[misc]


def text(content: str, name: str = "p.csv", encoding: str = "utf-8") -> Callable[[Path], Path]:
    return raw(content.encode(encoding), name)


def raw(content: bytes, name: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        path = folder / name
        path.write_bytes(content)
        return path

    return make


def rows(
    header: str, points: Any = LONLAT, separator: str = ",", form: str = "{y},{x}", **more: Any
) -> str:
    """Return a text of one row a point."""
    lines = [form.format(i=i, x=x, y=y, **more) for i, (x, y) in enumerate(points)]
    return header + "\n" + "\n".join(lines) + "\n"


def comma(points: Any = LONLAT) -> str:
    lines = [f"{y};{x}".replace(".", ",") for x, y in points]
    return "lat;lon\n" + "\n".join(lines) + "\n"


def book(*sheets: tuple[str, list[list[Any]]], name: str = "p.xlsx") -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        held = openpyxl.Workbook()
        held.remove(held.active)
        for title, lines in sheets:
            sheet = held.create_sheet(title)
            for line in lines:
                sheet.append(line)
        held.save(folder / name)
        return folder / name

    return make


def layer(
    name: str, crs: Any = 4326, points: Any = LONLAT, shapes: Any = None, **columns: Any
) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        held = [Point(p) for p in points] if shapes is None else shapes
        given = columns or {"id": list(range(len(held)))}
        table = gpd.GeoDataFrame(given, geometry=held, crs=crs)
        if name.endswith("parquet"):
            table.to_parquet(folder / name)
        else:
            table.to_file(folder / name)
        return folder / name

    return make


def shapefile(cpg: str | None, encoding: str, prj: bool = True) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        table = gpd.GeoDataFrame(
            {"nombre_est": ["Añaco", "Peña", "Ñuñoa", "Chilín"]},
            geometry=[Point(p) for p in LONLAT],
            crs=4326,
        )
        path = folder / "p.shp"
        table.to_file(path, encoding=encoding)
        path.with_suffix(".cpg").unlink()
        if cpg:
            path.with_suffix(".cpg").write_text(cpg)
        if not prj:
            path.with_suffix(".prj").unlink()
        return path

    return make


def ods(content: str, name: str = "p.ods") -> Callable[[Path], Path]:
    """An OpenDocument sheet of one table, written by hand: pandas needs a package for it."""
    cells = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{c}</text:p></table:table-cell>'
            for c in line.split(",")
        )
        + "</table:table-row>"
        for line in content.strip().splitlines()
    )
    names = " ".join(
        f'xmlns:{k}="urn:oasis:names:tc:opendocument:xmlns:{v}:1.0"'
        for k, v in (("office", "office"), ("table", "table"), ("text", "text"))
    )
    body = (
        f'<?xml version="1.0"?><office:document-content {names}><office:body><office:spreadsheet>'
        f'<table:table table:name="a">{cells}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    listed = (
        '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<m:file-entry m:full-path="/" m:media-type="{kind}"/></m:manifest>'
    )
    members = {"mimetype": kind, "META-INF/manifest.xml": listed, "content.xml": body}
    return archive(members, name)


def archive(members: Mapping[str, str | bytes], name: str, **more: Any) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        with zipfile.ZipFile(folder / name, "w", zipfile.ZIP_DEFLATED) as held:
            for member, content in members.items():
                held.writestr(member, content, **more)
        return folder / name

    return make


def kml(points: Any = LONLAT, before: str = "") -> str:
    marks = "".join(
        f"<Placemark><name>q{i}</name><Point><coordinates>{x},{y},2700</coordinates></Point></Placemark>"
        for i, (x, y) in enumerate(points)
    )
    return f'<?xml version="1.0"?>{before}<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{marks}</Document></kml>'


GPX = (
    '<?xml version="1.0"?><gpx version="1.1" creator="t" xmlns="http://www.topografix.com/GPX/1/1">'
    + "".join(
        f'<wpt lat="{y}" lon="{x}"><name>q{i}</name></wpt>' for i, (x, y) in enumerate(LONLAT)
    )
    + "</gpx>"
)
ENTITIES = '<!DOCTYPE kml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
UTM17 = "".join(f"{e};{n}\n" for e, n in put(32717))
DENUE = "id,codigo_act,nombre_act,per_ocu,latitud,longitud\n" + "".join(
    f'{i},311513,"Lácteos, derivados",0 a 5 personas,{y},{x}\n' for i, (x, y) in enumerate(YUCATAN)
)
GOOD = rows("id,lat,lon", form="q{i},{y},{x}") + "".join(
    f"g{i},-7.1{i},-78.5{i}\n" for i in range(1, 9)
)


def psad56(folder: Path) -> Path:
    operation = wgs84_operation(24877, _PERU).transformer
    old = [operation.transform(*p, direction="INVERSE") for p in LONLAT]
    lines = "".join(f"{e:.3f};{n:.3f}\n" for e, n in old)
    return text("Este PSAD56;Norte PSAD56\n" + lines)(folder)


def bomb(folder: Path) -> Path:
    return archive({"xl/workbook.xml": b"0" * (200 << 20)}, "p.xlsx")(folder)


def lying_bomb(folder: Path) -> Path:
    """An archive whose directory says that a member of 100 MB has 1,000 bytes."""
    path = archive({"doc.kml": b"0" * (100 << 20)}, "p.kmz")(folder)
    content = bytearray(path.read_bytes())
    size = struct.pack("<I", 100 << 20)
    while (at := content.find(size)) >= 0:
        content[at : at + 4] = struct.pack("<I", 1000)
    path.write_bytes(bytes(content))
    return path


def link_in_archive(folder: Path) -> Path:
    info = zipfile.ZipInfo("doc.kml")
    info.external_attr = 0o120777 << 16
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as file:
        file.writestr(info, "/etc/passwd")
    return raw(held.getvalue(), "p.kmz")(folder)


def far_cell(folder: Path) -> Path:
    path = book(("a", [["lat", "lon"], *[[y, x] for x, y in LONLAT]]))(folder)
    held = openpyxl.load_workbook(path)
    held["a"]["XFD1048576"] = 1
    held.save(path)
    return path


def merged(lines: list[list[Any]], *ranges: str) -> Callable[[Path], Path]:
    """A sheet with merged cells: a value stands in the first of them only."""

    def make(folder: Path) -> Path:
        path = book(("Padrón", lines))(folder)
        held = openpyxl.load_workbook(path)
        for cells in ranges:
            held["Padrón"].merge_cells(cells)
        held.save(path)
        return path

    return make


def one_cell(form: Callable[[float, float], str], name: str = "GPS") -> Callable[[Path], Path]:
    """A table whose positions stand in one cell each."""
    lines = "".join(f"q{i}\t{form(x, y)}\n" for i, (x, y) in enumerate(LONLAT))
    return text(f"quesería\t{name}\n{lines}", "p.tsv")


def dms(value: float, letters: str) -> str:
    """Degrees, minutes and seconds as maps show them."""
    seconds = round(abs(value) * 3600, 1)
    whole, rest = divmod(seconds, 3600)
    return f"{whole:.0f}°{rest // 60:02.0f}'{rest % 60:04.1f}\"{letters[value < 0]}"


def dbf(folder: Path) -> Path:
    table = pd.DataFrame({"LATITUD": [y for _x, y in LONLAT], "LONGITUD": [x for x, _y in LONLAT]})
    gpd.GeoDataFrame(table, geometry=[Point(p) for p in LONLAT], crs=4326).to_file(folder / "p.shp")
    for suffix in (".shp", ".shx", ".prj", ".cpg"):
        (folder / "p").with_suffix(suffix).unlink()
    return folder / "p.dbf"


SHEET = [["lat", "lon"], *[[y, x] for x, y in LONLAT]]

CASES = (
    # separators, decimals, encodings, headers
    Case("comma", text(rows("lat,lon"))),
    Case("semicolon and decimal comma", text(comma()), guesses={"separator": ";", "decimal": ","}),
    Case("tabs", text(rows("lat\tlon", form="{y}\t{x}"), "p.tsv")),
    Case("bars", text(rows("lat|lon", form="{y}|{x}"), "p.txt"), guesses={"separator": "|"}),
    Case("sep= line of Excel", text("sep=;\n" + rows("lat;lon", form="{y};{x}"))),
    Case("latin-1", text(rows("quesería;lat;lon", form="Peña{i};{y};{x}"), encoding="cp1252"), guesses={"encoding": "cp1252"}),
    Case("utf-8 with mark", text(rows("quesería;lat;lon", form="Peña{i};{y};{x}"), encoding="utf-8-sig"), guesses={"encoding": "utf-8-sig"}),
    Case("utf-16 of Excel", text(rows("quesería\tlat\tlon", form="Peña{i}\t{y}\t{x}"), "p.txt", "utf-16"), guesses={"encoding": "utf-16"}),
    Case("titles above the header", text("Padrón de queserías 2024\n\n" + rows("N°;lat;lon", form="{i};{y};{x}")), guesses={"header": 3}),
    Case("no header", text(rows("", form="{y},{x}").lstrip()), error=("SchemaError", "columna_1", 'x="')),
    Case("no header, columns stated", text(rows("", form="{y},{x}").lstrip()), options={"x": "columna_2", "y": "columna_1"}, guesses={"header": 0}),
    Case("years as headers", text(rows("lat;lon;2019;2020", form="{y};{x};1;2"))),
    Case("blank rows", text(rows("lat,lon").replace("\n", "\n\n"))),
    Case("quoted line breaks", text(rows("nota,lat,lon", form='"una\nnota",{y},{x}'))),
    Case("carriage returns only", text(rows("lat,lon").replace("\n", "\r"))),
    Case("columns without a name", text(rows("lat,lon,,", form="{y},{x},,"))),
    Case("two columns of one name", text(rows("lat,lon,v,v", form="{y},{x},1,2")), note="v_2"),
    Case("thousands by points", text("Este;Norte\n" + "".join(f"{e:,.0f};{n:,.0f}\n".replace(",", ".") for e, n in put(32717))), guesses={"crs": "EPSG:32717"}),
    Case("thousands by spaces", text("Este;Norte\n" + "".join(f"{e:,.0f};{n:,.0f}\n".replace(",", " ") for e, n in put(32717))), guesses={"crs": "EPSG:32717"}),
    Case("typographic minus", text(rows("lat,lon").replace("-", "−"))),
    Case("cells longer than the header", text(GOOD + "x,-7.1,-78.5,9,9\n"), rows=12, reasons={"columnas_de_mas": 1}),
    Case("titles and merged cells", merged([["Padrón de queserías 2024"], [], ["N°", "Latitud\n(grados)", "Longitud\n(grados)"], *[[i, y, x] for i, (x, y) in enumerate(LONLAT)]], "A1:C1"), guesses={"header": 3}),
    Case("header of two rows", merged([["N°", "Nombre", "Coordenadas", None], [None, None, "Latitud", "Longitud"], *[[i, "q", y, x] for i, (x, y) in enumerate(LONLAT)]], "A1:A2", "B1:B2", "C1:D1"), guesses={"header": 2, "columns": ["Longitud", "Latitud"]}),
    Case("header of two rows, stated", text("N°;Coordenadas UTM PSAD56;;2019;2020\n;Este;Norte;litros;litros\n" + "".join(f"1;{e};{n};5;6\n" for e, n in put(32717))), options={"header": 2, "crs": "EPSG:32717"}),
    Case("header of two rows that names the datum", text("N°;Coordenadas UTM zona 17 ITRF2008;\n;Este;Norte\n" + "".join(f"1;{e};{n}\n" for e, n in put(32717))), guesses={"crs": "EPSG:32717", "header": 2}),
    Case("table that starts at C3", book(("a", [[], [], [None, None, "lat", "lon"], *[[None, None, y, x] for x, y in LONLAT]])), guesses={"header": 3}),
    Case("thousands by commas", text("Este;Norte\n" + "".join(f"{e:,.2f};{n:,.2f}\n" for e, n in put(32717))), guesses={"crs": "EPSG:32717"}),
    Case("mark of UTF-8, semicolon, decimal comma", text(comma(), encoding="utf-8-sig"), guesses={"separator": ";", "decimal": ","}),
    Case("each line in quotation marks", text("".join(f'"{line}"\n' for line in rows("id,lat,lon", form="{i},{y},{x}").splitlines())), note="taken apart"),
    Case("a CSV pasted into a sheet", book(("a", [[line] for line in rows("id;lat;lon", form="{i};{y};{x}").splitlines()])), note="taken apart"),
    Case("blanks around numbers", text(rows("lat;lon", form=" {y}\u00a0; {x} "))),
    Case("header repeated, total beneath", text(GOOD + "id,lat,lon\nTotal,,\n"), rows=12, reasons={"coord_no_numerica": 1, "coord_vacia": 1}),
    # the position in one cell
    Case("latitude, longitude in one cell", one_cell(lambda x, y: f"{y}, {x}", "Coordenadas"), guesses={"columns": ["Coordenadas [x]", "Coordenadas [y]"]}),
    Case("one cell, a third of them words", text("GPS;id\n" + "".join(f"{y}, {x};{i}\n" for i, (x, y) in enumerate(LONLAT)) + "sin GPS;8\nno hay;9\n"), reasons={"coord_no_numerica": 2}, guesses={"columns": ["GPS [x]", "GPS [y]"]}),
    Case("one cell under any name", one_cell(lambda x, y: f"({y}; {x})", "Georreferencia de la planta"), guesses={"columns": ["Georreferencia de la planta [x]", "Georreferencia de la planta [y]"]}),
    Case("decimal commas in one cell", one_cell(lambda x, y: f"{y}; {x}".replace(".", ","))),
    Case("longitude first in one cell", one_cell(lambda x, y: f"{x} {y}"), guesses={"columns": ["GPS [y]", "GPS [x]"], "axes": "NE"}),
    Case("degrees of a map in one cell", one_cell(lambda x, y: f"{dms(y, 'NS')} {dms(x, 'EO')}"), note="O is read as oeste"),
    Case("letters before in one cell", one_cell(lambda x, y: f"S {-y}, W {-x}")),
    Case("UTM of a globe in one cell", one_cell(lambda x, y: "17 M {:.2f} m E {:.2f} m S".format(*put(32717, [(x, y)])[0])), guesses={"crs": "EPSG:32717"}),
    Case("links of a map", one_cell(lambda x, y: f"https://www.google.com/maps/place/Q/@{y + 0.001:.6f},{x:.6f},17z/data=!3m1!4b1!4m5!3d{y}!4d{x}", "Ubicación en el mapa")),
    Case("GeoJSON in one cell", one_cell(lambda x, y: f'"{{""type"": ""Point"", ""coordinates"": [{x}, {y}]}}"', ".geo")),
    Case("WKB in one cell", one_cell(lambda x, y: Point(x, y).wkb_hex, "the_geom")),
    Case("WKT of metres", one_cell(lambda x, y: "POINT ({} {})".format(*put(32717, [(x, y)])[0]), "wkt"), guesses={"crs": "EPSG:32717"}),
    Case("two cells with different positions", text("origen\tdestino\n" + "".join(f"{y}, {x}\t{y + 0.1:.4f}, {x}\n" for x, y in LONLAT), "p.tsv"), error=("SchemaError", "origen, destino", "p.tsv")),
    Case("Plus Codes", text("quesería;ubicación\n" + "q;RFPQ+2F Cajamarca\nr;67WMQFPQ+2F\n"), error=("SchemaError", "Plus Codes", "plus.codes")),
    Case("short links of a map", text("q;mapa\na;https://maps.app.goo.gl/Xy12ab\n"), error=("SchemaError", "short links")),
    # coordinates
    Case("letters after decimal degrees", text("lat;lon\n" + "".join(f"{-y}° S;{-x}° O\n" for x, y in LONLAT))),
    Case("colons and two apostrophes", text("lat;lon\n07:09:46.8 S;78º 30' 43.2'' W\n"), rows=1),
    Case("letters in columns of their own", text("lat,lat_dir,lon,lon_dir\n" + "".join(f"{-y},S,{-x},W\n" for x, y in LONLAT)), guesses={"signs": "SW"}),
    Case("degrees that lost their mark", text("lat;lon\n" + "-7.163.045;-78.512.345\n" * 3), error=("CRSError", "lost their decimal mark", "p.csv")),
    Case("latitud and longitud", text(rows("LATITUD,LONGITUD"))),
    Case("X and Y", text(rows("Y;X", form="{y};{x}"))),
    Case("names of Kobo", text(rows("_gps_latitude;_gps_longitude;_gps_precision;_uuid", form="{y};{x};4.5;u{i}")), guesses={"preset": "kobo"}),
    Case("names of ODK", text(rows("SubmissionDate,p-Latitude,p-Longitude,p-Accuracy,KEY", form="d,{y},{x},5,k{i}")), guesses={"preset": "odk"}),
    Case("geopoint in one cell", text(rows("gps", form='"{y} {x} 2700 4.5"'))),
    Case("WKT in one cell", text(rows("wkt", form="POINT ({x} {y})"))),
    Case("degrees, minutes, seconds; O means W", text("lat;lon\n" + "7°09'46.8\"S;78°30'43.2\"O\n" * 2), rows=2, note="O is read as oeste"),
    Case("letters before", text("lat;lon\nS 7° 9.78';W 78° 30.72'\nS 7° 9.78';W 78° 30.72'\n"), rows=2),
    Case("parts in columns", text("lat_grados,lat_min,lat_seg,lon_grados,lon_min,lon_seg\n7,9,46.8,78,30,43.2\n"), rows=1, guesses={"signs": "SW"}),
    Case("swapped in the whole file", text(rows("lat,lon", form="{x},{y}")), guesses={"columns": ["lat", "lon"]}),
    Case("signs left out of the whole file", text("lat,lon\n" + "".join(f"{-y},{-x}\n" for x, y in LONLAT)), guesses={"signs": "SW"}),
    Case("UTM 17 S", text("Este;Norte\n" + UTM17), guesses={"crs": "EPSG:32717"}),
    Case("UTM, northing first", text("X;Y\n" + "".join(f"{n};{e}\n" for e, n in put(32717))), guesses={"columns": ["Y", "X"], "crs": "EPSG:32717"}),
    Case("UTM, northing first, one row at fault", text("X;Y\n" + "".join(f"{n};{e}\n" for e, n in put(32717)) + "93294344.49;741387.92\n"), reasons={"fuera_de_rango": 1}, guesses={"columns": ["Y", "X"]}),
    Case("UTM, northing stated to be the easting", text("X;Y\n" + "".join(f"{n};{e}\n" for e, n in put(32717))), options={"x": "X", "y": "Y"}, error=("CRSError", "northings", 'x="Y"')),
    Case("UTM of two zones that fit", text("X;Y\n" + "".join(f"{e};{n}\n" for e, n in put(32616, YUCATAN))), error=("CRSError", "UTM 14 N", "UTM 16 N")),
    Case("UTM by the state's name", text("entidad;X;Y\n" + "".join(f"Yucatán;{e};{n}\n" for e, n in put(32616, YUCATAN))), first=YUCATAN[0], guesses={"crs": "EPSG:32616"}),
    Case("UTM by a column of zones", text("Este;Norte;zona\n" + "".join(f"{e};{n};17 S\n" for e, n in put(32717))), guesses={"crs": "EPSG:32717"}),
    Case("UTM under names of degrees", text("lat;lon\n" + "".join(f"{n};{e}\n" for e, n in put(32717))), error=("CRSError", "UTM metres", "EPSG:32717")),
    Case("PSAD56", psad56, guesses={"crs": "EPSG:24877"}, note="PSAD56 to WGS 84 (8)"),
    Case("INEGI's conic", text("X;Y\n" + "".join(f"{x};{y}\n" for x, y in put(6372, YUCATAN))), first=YUCATAN[0], guesses={"crs": "EPSG:6372"}),
    Case("Web Mercator", text("X;Y\n" + "".join(f"{x};{y}\n" for x, y in put(3857))), guesses={"crs": "EPSG:3857"}),
    Case("no coordinates", text("id,nombre\n1,a\n"), error=("SchemaError", "id, nombre")),
    # rows at fault
    Case("empty, zero, words", text(GOOD + "a,,-78.5\nb,0,0\nc,norte,-78.5\n"), rows=12, reasons={"coord_vacia": 1, "cero_cero": 1, "coord_no_numerica": 1}),
    Case("one row swapped, one without sign", text(GOOD + "a,-78.51,-7.16\nb,-7.16,78.51\n"), rows=12, reasons={"lat_lon_invertidas": 1, "signo_omitido": 1}),
    Case("mark lost, metres among degrees", text(GOOD + "a,-7163,-78.5\nb,9207123,774321\n"), rows=12, reasons={"fuera_de_rango": 1, "utm_en_columna_lat_lon": 1}),
    Case("in the sea", text(GOOD + "a,-9.0,-90.5\n"), rows=13, warned=("en_el_mar",)),
    Case("outside the stated country", text(GOOD + "a,-0.2,-78.5\n"), rows=12, reasons={"fuera_del_pais": 1}, options={"country": "PE"}),
    Case("repeated rows", text(GOOD + "q0,-7.163,-78.512\n"), rows=13, warned=("duplicado",)),
    Case("heaped on one point", text(GOOD + "".join(f"h{i},-7.1634,-78.5127\n" for i in range(5))), rows=17, warned=("coordenadas_repetidas",)),
    Case("values that cannot be", text(rows("lat,lon,altitud,litros", form="{y},{x},98000,-4")), warned=("valor_imposible",)),
    Case("dates to come, written as text", text(rows("lat,lon,fecha_visita", form="{y},{x},31/12/2199")), warned=("valor_imposible",)),
    Case("places said to be centres", text(rows("lat,lon,metodo_geo", form="{y},{x},centroide_distrito")), warned=("centroide",)),
    Case("codes that lost a zero", text(rows("ubigeo,lat,lon", form="6010{i},{y},{x}")), note="leading zero"),
    Case("a formula is text", text(rows("nombre,lat,lon", form='"=HYPERLINK(""x"")",{y},{x}'))),
    # workbooks and layers
    Case("workbook", book(("a", SHEET))),
    Case("workbook of two sheets", book(("leer", [["nota"], ["x"]]), ("datos", SHEET)), guesses={"layer": "datos"}),
    Case("OpenDocument sheet", ods(rows("lat,lon"))),
    Case("DENUE", text(DENUE, encoding="cp1252"), first=YUCATAN[0], guesses={"preset": "denue"}),
    Case("GeoPackage", layer("p.gpkg")),
    Case("GeoJSON", layer("p.geojson")),
    Case("FlatGeobuf", layer("p.fgb")),
    Case("GeoParquet", layer("p.parquet")),
    Case("shapefile with .cpg", shapefile("UTF-8", "utf-8")),
    Case("shapefile of UTF-8 without .cpg", shapefile(None, "utf-8"), guesses={"encoding": "utf-8"}),
    Case("shapefile of Latin-1 without .cpg", shapefile(None, "cp1252"), guesses={"encoding": "cp1252"}),
    Case("shapefile without .prj", shapefile("UTF-8", "utf-8", prj=False), error=("CRSError", ".prj")),
    Case("the table of a shapefile", dbf),
    Case("KML", text(kml(), "p.kml"), note="altitudes"),
    Case("KMZ", archive({"doc.kml": kml()}, "p.kmz")),
    Case("GPX", text(GPX, "p.gpx")),
    Case("GPX with a track", text(GPX.replace("</gpx>", '<trk><trkseg><trkpt lat="-7.1" lon="-78.5"/><trkpt lat="-7.2" lon="-78.6"/></trkseg></trk></gpx>'), "p.gpx"), guesses={"layer": "waypoints"}),
    Case("polygons", layer("p.gpkg", shapes=[box(0, 0, 1, 1)]), error=("SchemaError", "polygons")),
    Case("lines", layer("p.gpkg", shapes=[LineString([(0, 0), (1, 1)])]), error=("SchemaError", "lines")),
    # what is refused
    Case("empty file", raw(b"", "p.csv"), error=("FileError", "0 bytes")),
    Case("header and no row", text("lat,lon\n"), error=("SchemaError", "no row")),
    Case("a picture called table", raw(b"\x89PNG\r\n\x1a\n\x00\x00", "p.csv"), error=("FileError", "content is")),
    Case("null bytes", raw(rows("lat,lon").encode() + b"\x00" * 9, "p.csv"), error=("FileError", "content is")),
    Case("null bytes far in", raw((rows("lat,lon") * 4000).encode() + b"-7,\x00-78\n", "p.csv"), error=("FileError", "null bytes")),
    Case("one endless line", raw(b"lat,lon," + b"x" * (2 << 20), "p.csv"), error=("FileError", "line")),
    Case("ten thousand columns", text(",".join(f"c{i}" for i in range(10_000)) + "\n" + ",".join("1" * 10_000) + "\n"), error=("SchemaError", "10000")),
    Case("zip bomb", bomb, error=("FileError", "unpacks to")),
    Case("zip bomb that lies", lying_bomb, error=("FileError", "unpacks to")),
    Case("a path out of a KMZ", archive({"../../doc.kml": kml()}, "p.kmz"), error=("FileError", "outside itself")),
    Case("a link in a KMZ", link_in_archive, error=("FileError", "symbolic link")),
    Case("entities in a KMZ", archive({"doc.kml": kml(before=ENTITIES)}, "p.kmz"), error=("FileError", "entities")),
    Case("entities in a KML", text(kml(before=ENTITIES), "p.kml"), error=("FileError", "entities")),
    Case("entities in a workbook", archive({"xl/workbook.xml": ENTITIES, "[Content_Types].xml": "<a/>"}, "p.xlsx"), error=("FileError", "entities")),
    Case("entities behind a long comment", text(kml(before="<!-- <kml " + "x" * 70_000 + " -->" + ENTITIES), "p.kml"), error=("FileError", "no element")),
    Case("entities behind a long comment in a KMZ", archive({"doc.kml": kml(before="<!--" + "x" * 70_000 + "-->" + ENTITIES)}, "p.kmz"), error=("FileError", "no element")),
    Case("a page called workbook", text("<html><table><tr><td>lat</td></tr></table></html>", "p.xls"), error=("FileError", "content is", "LibreOffice")),
    Case("a zipped shapefile", archive({"p.shp": b""}, "p.zip"), error=("FileError", "unpack it")),
    Case("a cell far away", far_cell, error=("FileError", "1048576 rows and 16384 columns")),
    Case("a QGIS project", archive({"p.qgs": "<qgis/>"}, "p.qgz"), error=("FileError", "QGIS project")),
    Case("a path out of a QGIS project", archive({"../p.qgs": "<qgis/>"}, "p.qgz"), error=("FileError", "outside itself")),
    Case("entities in a QGIS project", archive({"p.qgs": ENTITIES}, "p.qgz"), error=("FileError", "entities")),
)  # fmt: skip
