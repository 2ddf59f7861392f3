"""Images in .npy files become hits."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from reco_core.afp.dataset import AfpDataset, ImportOptions, open_afp
from reco_core.afp.dataset_images import IMAGES_PER_BLOCK, ImageSource
from reco_core.errors import FileFormatError
from tests.reco_core.afp.small_files import Pixel, image_of, pixels_of, write_images

PIXELS: list[Pixel] = [(0, 0, 79, 1.0), (1, 7, 8, 40.0), (3, 335, 0, 20_000.0)]


def opened(path: Path, options: ImportOptions | None = None) -> AfpDataset:
    return open_afp(path, path.parent / "index", options)


@pytest.mark.parametrize("last", [True, False])
@pytest.mark.parametrize(
    "dtype", [np.float16, np.float32, np.float64, np.longdouble, np.uint16, np.int64, ">f4", ">i2"]
)
def test_images_of_any_number_and_both_layouts(tmp_path: Path, dtype, last: bool) -> None:
    images = np.stack([image_of(PIXELS, dtype, last), image_of([], dtype, last)])
    dataset = opened(write_images(tmp_path / "hits.npy", images))
    assert dataset.n_events == 2
    assert pixels_of(dataset.event(0).hits) == PIXELS
    assert pixels_of(dataset.event(1).hits) == []
    assert "2 images, the planes " + ("last" if last else "first") in dataset.notes[0]


def test_binary_images(tmp_path: Path) -> None:
    images = image_of(PIXELS, np.float32)[None] > 0
    dataset = opened(write_images(tmp_path / "hits.npy", images))
    assert pixels_of(dataset.event(0).hits) == [(*pixel[:3], 1.0) for pixel in PIXELS]


def test_column_order_and_minus_zero(tmp_path: Path) -> None:
    images = np.asfortranarray(np.stack([image_of(PIXELS), image_of(PIXELS[:1])]))
    images[1, 5, 5, 2] = -0.0
    dataset = opened(write_images(tmp_path / "hits.npy", images))
    assert pixels_of(dataset.event(1).hits) == PIXELS[:1]


def test_events_go_on_from_block_to_block(tmp_path: Path) -> None:
    n = IMAGES_PER_BLOCK + 20
    images = np.zeros((n, 336, 80, 4), np.uint8)
    images[np.arange(n), np.arange(n), 3, 1] = 1
    dataset = opened(write_images(tmp_path / "hits.npy", images), ImportOptions(run=5))
    ((_, hits),) = dataset.blocks(n)
    assert hits.row.tolist() == list(range(n))
    assert dataset.info()["run"].unique().to_list() == [5]
    assert not list((tmp_path / "index").glob(".*"))  # no parts are left


def test_files_of_a_folder_follow_one_another(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    for k, name in enumerate("ab"):
        write_images(folder / f"{name}.npy", image_of([(k, k, k, 1.0)])[None])
    (folder / "aa.npy").write_bytes(b"nothing")
    dataset = opened(folder)
    assert [dataset.event(k).hits.row.tolist() for k in range(2)] == [[0], [1]]
    (problem,) = dataset.problems
    assert str(folder / "aa.npy") in problem


@pytest.mark.parametrize(
    ("images", "named"),
    [
        (np.zeros((2, 80, 336, 4)), r"has the shape \(2, 80, 336, 4\); expected \(N, 336, 80, 4\)"),
        (np.zeros((336, 80, 4)), "has the shape"),
        (np.zeros(()), "has the shape"),
        (np.zeros((1, 336, 80, 4), np.complex64), "holds values of type complex64"),
        (np.full((1, 336, 80, 4), "a"), "holds values of type <U1"),
    ],
)
def test_what_are_no_images(tmp_path: Path, images, named) -> None:
    with pytest.raises(FileFormatError, match=named):
        opened(write_images(tmp_path / "hits.npy", images))


@pytest.mark.parametrize(("value", "told"), [(-1, "-1.0"), (np.nan, "nan"), (np.inf, "inf")])
def test_a_bad_value_names_its_place(tmp_path: Path, value, told) -> None:
    images = np.zeros((20, 336, 80, 4), np.float16)
    images[18, 12, 34, 2] = value
    place = f"image 18 has the value {told} in plane 2, row 12, column 34"
    with pytest.raises(FileFormatError, match=f"hits.npy: {place}"):
        opened(write_images(tmp_path / "hits.npy", images))
    assert not list((tmp_path / "index").iterdir())


def test_a_charge_beyond_32_bits(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match=r"image 0 has the value 1e\+300"):
        opened(write_images(tmp_path / "hits.npy", image_of([(0, 0, 0, 1e300)], float)[None]))


def test_truncated_and_pickled_files(tmp_path: Path) -> None:
    path = write_images(tmp_path / "hits.npy", image_of(PIXELS)[None])
    path.write_bytes(path.read_bytes()[:-5_000])
    with pytest.raises(FileFormatError, match="may be truncated"):
        opened(path)
    np.save(path, np.array([{}], object), allow_pickle=True)
    with pytest.raises(FileFormatError, match="cannot be read"):
        opened(path)
    path.write_bytes(b"")
    with pytest.raises(FileFormatError, match="cannot be read"):
        opened(path)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"(1, 336, 80, 4)", b"(1, 336, 80, 4\xd5"),
        (b"(1, 336, 80, 4)", b"(1, 336,-80, 4)"),
        (b"'<f2'", b"',f2'"),
        (b"{'descr': '<f2'", b"os.system('ls')"),
        (b"\x93NUMPY\x01", b"\x93NUMPY\x09"),
        (b"{'descr'", b"((((((((("[:8]),
    ],
)
def test_a_damaged_header_is_told_and_other_files_go_on(tmp_path: Path, old, new) -> None:
    good = write_images(tmp_path / "a.npy", image_of(PIXELS)[None])
    whole = good.read_bytes()
    assert old in whole
    (tmp_path / "b.npy").write_bytes(whole.replace(old, new))
    dataset = opened(tmp_path)
    assert dataset.n_events == 1
    (problem,) = dataset.problems
    assert problem.startswith(f"{tmp_path / 'b.npy'} cannot be read: ")
    assert "object at" not in problem


def test_a_file_cut_short_while_it_is_read(tmp_path: Path) -> None:
    path = write_images(tmp_path / "a.npy", image_of(PIXELS)[None])
    source = ImageSource(path, None)
    os.truncate(path, 200)
    with pytest.raises(FileFormatError, match=r"a\.npy cannot be read: it is shorter than"):
        source.block(0)


def test_links_to_nothing_are_told_and_pipes_are_not_waited_for(tmp_path: Path) -> None:
    write_images(tmp_path / "a.npy", image_of(PIXELS)[None])
    os.mkfifo(tmp_path / "b.npy")
    (tmp_path / "c.npy").symlink_to(tmp_path / "nowhere.npy")
    (tmp_path / "._a.npy").write_bytes(b"what another system keeps beside a file")
    (problem,) = opened(tmp_path).problems
    assert "c.npy cannot be read: there is no such file; it was moved, or is a link" in problem
    with pytest.raises(FileFormatError, match="is a link to nothing"):
        opened(tmp_path / "c.npy")


def test_no_images(tmp_path: Path) -> None:
    dataset = opened(write_images(tmp_path / "hits.npy", np.zeros((0, 336, 80, 4))))
    assert dataset.n_events == 0
    assert list(dataset.blocks(10)) == []
