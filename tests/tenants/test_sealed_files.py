"""Files that only a store's own key opens: whole, in order, in their place, or not at all."""

import io
import os
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenants.archive import sealed
from tenants.archive.sealed import PIECE, DoesNotOpen

KEY = bytes(range(32))
PLACE = "store/backup/rows.dump"
HEAD, STEP = 24, PIECE + 16


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "rows.dump"


def seal(path: Path, content: bytes, place: str = PLACE) -> None:
    with sealed.written(path, KEY, place=place) as file:
        file.write(content)


def read(path: Path, key: bytes = KEY, place: str = PLACE) -> bytes:
    with sealed.opened(path, key, place=place) as file:
        return file.read()


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE, 3 * PIECE + 17])
def test_what_goes_in_comes_out(path: Path, size: int):
    content = os.urandom(size)
    seal(path, content)

    assert read(path) == content
    assert sealed.is_sealed(path)
    assert content[:64] not in path.read_bytes() or size < 8


def test_two_files_of_one_content_have_nothing_in_common(path: Path, tmp_path: Path):
    seal(path, b"0" * 1000)
    seal(tmp_path / "other", b"0" * 1000)

    assert path.read_bytes()[8:40] != (tmp_path / "other").read_bytes()[8:40]


def swap(raw: bytes) -> bytes:
    return raw[:HEAD] + raw[HEAD + STEP : HEAD + 2 * STEP] + raw[HEAD : HEAD + STEP] + raw[HEAD + 2 * STEP :]


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda raw: raw[:-1], id="a byte short"),
        pytest.param(lambda raw: raw[: HEAD + 3 * STEP], id="the last piece gone"),
        pytest.param(lambda raw: raw[: HEAD + 2 * STEP], id="two pieces gone"),
        pytest.param(lambda raw: raw[:HEAD] + raw[HEAD + STEP :], id="the first piece gone"),
        pytest.param(swap, id="two pieces exchanged"),
        pytest.param(lambda raw: raw + raw[HEAD : HEAD + STEP], id="a piece more"),
        pytest.param(lambda raw: raw + b"0", id="a byte more"),
        pytest.param(lambda raw: raw[: HEAD + 5] + b"\0\1" + raw[HEAD + 7 :], id="a byte changed"),
        pytest.param(lambda raw: raw[:10] + b"\0\1" + raw[12:], id="another salt"),
        pytest.param(lambda raw: raw[:HEAD], id="only the head"),
        pytest.param(lambda raw: raw[:11], id="half a head"),
        pytest.param(lambda raw: b"x" + raw[1:], id="no such file at all"),
    ],
)
def test_a_damaged_file_does_not_open(path: Path, damage: Callable[[bytes], bytes]):
    seal(path, os.urandom(3 * PIECE + 100))
    path.write_bytes(damage(path.read_bytes()))

    with pytest.raises(DoesNotOpen):
        read(path)


def test_a_file_that_was_cut_short_is_refused_before_its_first_byte(path: Path):
    seal(path, os.urandom(3 * PIECE))
    path.write_bytes(path.read_bytes()[: HEAD + 2 * STEP])

    with pytest.raises(DoesNotOpen):
        sealed.reader(path, KEY, place=PLACE)


@pytest.mark.parametrize(("key", "place"), [(bytes(32), PLACE), (KEY, "store/other/rows.dump")])
def test_another_key_or_place_opens_nothing(path: Path, key: bytes, place: str):
    seal(path, b"content")

    with pytest.raises(DoesNotOpen):
        read(path, key, place)


def test_a_piece_of_another_file_of_the_same_place_does_not_fit(path: Path):
    seal(path, os.urandom(2 * PIECE))
    old = path.read_bytes()
    seal(path, os.urandom(2 * PIECE))
    path.write_bytes(path.read_bytes()[:HEAD] + old[HEAD : HEAD + STEP] + path.read_bytes()[HEAD + STEP :])

    with pytest.raises(DoesNotOpen):
        read(path)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2 * PIECE + 50), st.integers(0, 70_000)), max_size=8))
def test_seeking_reads_what_a_plain_file_reads(tmp_path_factory, jumps: list[tuple[int, int]]):
    path, content = tmp_path_factory.mktemp("sealed") / "rows.dump", os.urandom(2 * PIECE + 40)
    seal(path, content)
    plain = io.BytesIO(content)

    with sealed.opened(path, KEY, place=PLACE) as file:
        for at, count in jumps:
            assert (file.seek(at), plain.seek(at)) == (at, at)
            assert file.read(count) == plain.read(count)


def test_a_zip_file_is_written_through_it_and_read_out_of_it(path: Path):
    with sealed.written(path, KEY, place=PLACE) as target, zipfile.ZipFile(target, "w") as file:
        file.writestr("one", b"1" * PIECE)
        file.writestr("two", b"2")

    with sealed.opened(path, KEY, place=PLACE) as source, zipfile.ZipFile(source) as file:
        assert (file.read("two"), len(file.read("one"))) == (b"2", PIECE)
        assert file.testzip() is None


def test_nothing_stands_there_when_writing_fails(path: Path):
    def half() -> bytes:
        raise OSError("full")

    with pytest.raises(OSError, match="full"), sealed.written(path, KEY, place=PLACE) as file:
        file.write(half())

    assert list(path.parent.iterdir()) == []


def test_memory_stays_flat_and_little_is_added(path: Path):
    size, piece = 64 << 20, b"x" * (1 << 20)
    tracemalloc.start()
    with sealed.written(path, KEY, place=PLACE) as file:
        for _ in range(size // len(piece)):
            file.write(piece)
    with sealed.opened(path, KEY, place=PLACE) as file:
        while file.read(len(piece)):
            pass
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert most < 8 << 20
    assert path.stat().st_size < size * 1.0002
