"""PostGIS, against a real PostgreSQL that the tests start (Debian's postgresql and postgis packages)."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

import sialgeo
from sialgeo.errors import FileError, SchemaError

psycopg = pytest.importorskip("psycopg", reason="needs psycopg")

PASSWORD = "muy-secreto/1"
_QUOTED = "muy-secreto%2F1"


def _programs() -> Path | None:
    """Return the folder of a PostgreSQL server that has PostGIS, or None."""
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        version = folder.parent.name
        extension = Path(f"/usr/share/postgresql/{version}/extension/postgis.control")
        if (folder / "initdb").exists() and extension.exists():
            return folder
    return None


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of its own; gives the URL of its database, password and all."""
    programs = _programs()
    if programs is None:
        pytest.skip("no PostgreSQL with PostGIS (Debian: postgresql, postgresql-15-postgis-3)")
    folder = tmp_path_factory.mktemp("postgres")
    data, secret = folder / "data", folder / "password"
    secret.write_text(PASSWORD)
    user = {}
    if os.getuid() == 0:  # PostgreSQL does not run as root
        for path in (folder, *folder.parents):
            if path == Path("/tmp"):
                break
            path.chmod(0o755)
        shutil.chown(folder, "postgres")
        shutil.chown(secret, "postgres")
        user = {"user": "postgres"}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def call(program: str, *arguments: str) -> None:
        command = [str(programs / program), *arguments]
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, check=False, **user
        )  # type: ignore[call-overload]
        assert done.returncode == 0, done.stdout + done.stderr

    call("initdb", "-D", str(data), "-U", "ana", "-A", "scram-sha-256", "--pwfile", str(secret), "-E", "UTF8", "--no-sync")  # fmt: skip
    options = (
        f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
    )
    call("pg_ctl", "-D", str(data), "-o", options, "-l", str(folder / "log"), "-w", "start")
    try:
        yield f"postgresql://ana:{_QUOTED}@127.0.0.1:{port}/postgres"
    finally:
        call("pg_ctl", "-D", str(data), "-m", "immediate", "stop")


@pytest.fixture(scope="module")
def url(server: str) -> str:
    """A database with producers, districts and a table without geometry."""
    with psycopg.connect(server) as connection:
        connection.execute("create extension postgis")
        connection.execute("create schema sial")
        connection.execute(
            "create table sial.queserias (id text, codigo_act text, litros numeric(9,2), fecha date, "
            "notas text[], lugar geometry(Point, 32717))"
        )
        connection.execute(
            "insert into sial.queserias select 'q' || i, case when i % 2 = 0 then '311513' else '431194' end, "
            "i * 1.5, date '2024-01-01' + i, array['a','b'], "
            "ST_Transform(ST_SetSRID(ST_MakePoint(-78.5 - i * 0.001, -7.1), 4326), 32717) "
            "from generate_series(1, 100) i"
        )
        connection.execute("insert into sial.queserias values ('nada', '1', 1, null, null, null)")
        connection.execute(
            "create table distritos (ubigeo text, pob int, geom geometry(MultiPolygon, 4326))"
        )
        connection.execute(
            "insert into distritos select '06010' || i, i * 10, ST_Multi(ST_MakeEnvelope(-79 + i, -8, -78 + i, -7, 4326)) "
            "from generate_series(1, 3) i"
        )
        connection.execute("create table padron (codigo text, latitud float, longitud float)")
        connection.execute("insert into padron values ('a', -7.1, -78.5), ('b', -7.2, -78.6)")
    return server


def test_a_layer_of_points(url: str) -> None:
    found = sialgeo.read_producers(url)
    assert (len(found), found.attrs["reading"]["reasons"]) == (100, {"coord_vacia": 1})
    assert found.crs.to_epsg() == 32717
    first = found.to_crs(4326).geometry.iloc[0]
    assert (first.x, first.y) == pytest.approx((-78.501, -7.1), abs=1e-6)
    assert found["litros"].iloc[1] == 3.0
    assert found["codigo_act"].iloc[1] == "311513"
    assert found["notas"].iloc[0] == "['a', 'b']"
    assert (
        "“sial.queserias”: the only one that fits"
        in found.attrs["reading"]["guesses"][0]["sentence"]
    )
    assert PASSWORD not in str(found.attrs)


def test_columns_and_cases_are_chosen_as_the_rows_arrive(url: str) -> None:
    found = sialgeo.read_producers(
        url, layer="sial.queserias", columns=["id"], cases="codigo_act == '311513' and litros > 30"
    )
    assert list(found.columns) == ["id", "geometry"]
    assert len(found) == 40
    assert found.attrs["selection"]["of"] == 101
    with pytest.raises(SchemaError, match="no row satisfies"):
        sialgeo.read_producers(url, cases="codigo_act == 'x'")
    with pytest.raises(SchemaError, match="codigo_act"):
        sialgeo.read_producers(url, cases="codigo_acto == 'x'")


def test_polygons_and_a_table_without_geometry(url: str) -> None:
    districts = sialgeo.read_territories(url, key="ubigeo")
    assert districts["ubigeo"].tolist() == ["060101", "060102", "060103"]
    table = sialgeo.read_producers(url, layer="padron")
    assert [(p.x, p.y) for p in table.geometry] == [(-78.5, -7.1), (-78.6, -7.2)]
    figures = sialgeo.read_indicators(url, layer="distritos", key="ubigeo", columns=["pob"])
    assert figures["pob"].tolist() == [10, 20, 30]
    with pytest.raises(
        SchemaError, match=r"no layer “nada”.*sial.queserias, distritos|no layer “nada”.*distritos"
    ):
        sialgeo.read_producers(url, layer="nada")


def _refused(url: str, **reading: object) -> str:
    with pytest.raises(FileError) as caught:
        sialgeo.read_producers(url, **reading)  # type: ignore[arg-type]
    shown = str(caught.value) + repr(caught.value.__cause__) + repr(caught.value.args)
    assert PASSWORD not in shown
    assert _QUOTED not in shown
    assert "127.0.0.1" in shown
    return shown


def test_a_wrong_password_shows_no_password(url: str) -> None:
    wrong = url.replace("muy-secreto", "otra-clave")
    said = _refused(wrong)
    assert "password authentication failed" in said
    assert "otra-clave" not in said
    assert "Remedy" in said


def test_no_server_and_no_database(url: str) -> None:
    assert "does not exist" in _refused(url.replace("/postgres", "/ninguna"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        closed = url.rsplit(":", 1)[0] + f":{free.getsockname()[1]}/postgres"
        assert "refused" in _refused(closed)


def test_a_lost_connection_is_one_clear_error(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server ends the session between two portions of rows."""
    from sialgeo.readers import postgis

    monkeypatch.setattr(postgis, "_AT_ONCE", 10)
    whole = postgis._frame

    def and_then_the_server_dies(*arguments: object) -> object:
        with psycopg.connect(url, autocommit=True) as other:
            other.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'sialgeo'"
            )
        return whole(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(postgis, "_frame", and_then_the_server_dies)
    said = _refused(url, layer="sial.queserias")
    assert "terminat" in said or "closed" in said


def test_a_study_reads_a_database_and_keeps_no_password(url: str, tmp_path: Path) -> None:
    (tmp_path / "study.toml").write_text(
        f'[producers]\npath = "{url}"\nlayer = "sial.queserias"\n'
        '[detect]\nmethod = "dbscan"\nradius = 2000\nmin_units = 5\n[export]\nformats = ["json"]\n'
    )
    result = sialgeo.Study.from_toml(tmp_path / "study.toml").run(tmp_path / "out")
    assert len(result.concentrations) == 1
    for path in (tmp_path / "out").rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert PASSWORD.encode() not in content, path
            assert _QUOTED.encode() not in content, path
    kept = (tmp_path / "out" / "private" / "study.toml").read_text()
    assert "postgresql://ana@127.0.0.1" in kept
