"""Indonesia's regions: complete, exact, forgiving in search, and fast."""

import random
import threading
import time
from collections.abc import Callable

import pytest

from core.kernel import region_index, regions
from core.kernel.regions import Region, RegionLevel

DAGO = Region(
    code="32.73.02.1004",
    name="Dago",
    level=RegionLevel.VILLAGE,
    province="Jawa Barat",
    regency="Kota Bandung",
    district="Coblong",
    village="Dago",
    postcode="40135",
)


def test_counts_are_the_official_ones() -> None:
    provinces = regions.provinces()
    regencies = [each for province in provinces for each in regions.regencies(province.code)]
    districts = [each for regency in regencies for each in regions.districts(regency.code)]

    assert (len(provinces), len(regencies), len(districts)) == (38, 514, 7285)
    assert len([each for each in regencies if each.name.startswith("Kota ")]) == 98
    assert len(region_index.region_index().codes) == 38 + 514 + 7285 + 83762


def test_walks_down_from_province_to_village() -> None:
    assert [each.name for each in regions.provinces()][:3] == ["Aceh", "Bali", "Banten"]
    assert [each.name for each in regions.regencies("34")] == [
        "Kabupaten Bantul", "Kabupaten Gunungkidul", "Kabupaten Kulon Progo", "Kabupaten Sleman",
        "Kota Yogyakarta",
    ]  # fmt: skip
    assert len(regions.districts("32.73")) == 30
    assert [(each.name, each.postcode) for each in regions.villages("32.73.02")] == [
        ("Cipaganti", "40131"), ("Dago", "40135"), ("Lebak Gede", "40132"),
        ("Lebak Siliwangi", "40132"), ("Sadang Serang", "40133"), ("Sekeloa", "40134"),
    ]  # fmt: skip


def test_finds_a_region_with_its_whole_path() -> None:
    assert regions.find("32.73.02.1004") == DAGO
    assert regions.find("3273021004") == DAGO
    assert DAGO.label == "Dago, Coblong, Kota Bandung, Jawa Barat 40135"
    jakarta = regions.find("31.74")
    assert jakarta and jakarta.label == "Kota Jakarta Selatan, DKI Jakarta"
    assert regions.find("51.04.05").postcode == "80571", "all villages of Ubud share one"  # type: ignore[union-attr]
    assert regions.find("32.73.02").postcode == "", "the villages of Coblong have five"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "code", ["", "99", "32.73.02.9999", "abc", "..", "32.73.02.1004.1", "\x00", "9" * 5000]
)
def test_finds_nothing_for_a_code_that_does_not_exist(code: str) -> None:
    assert regions.find(code) is None
    assert regions.regencies(code) == regions.districts(code) == regions.villages(code) == ()


def test_lists_nothing_when_the_level_is_wrong() -> None:
    assert regions.regencies("32.73") == ()
    assert regions.villages("32") == ()


def test_finds_villages_by_postcode() -> None:
    assert [each.name for each in regions.by_postcode(" 40132 ")] == ["Lebak Gede", "Lebak Siliwangi"]
    assert regions.by_postcode("40135") == (DAGO,)
    for wrong in ("", "4013", "00000", "401350", "abcde"):
        assert regions.by_postcode(wrong) == ()


@pytest.mark.parametrize(
    ("typed", "best"),
    [
        ("dago", "32.73.02.1004"),
        ("DAGO, Bandung", "32.73.02.1004"),
        ("dgao bandung", "32.73.02.1004"),
        ("dago 40135", "32.73.02.1004"),
        ("40135", "32.73.02.1004"),
        ("kec coblong bandung", "32.73.02"),
        ("Kec. Coblong, Kota Bandung", "32.73.02"),
        ("cobolng", "32.73.02"),
        ("bandung", "32.73"),
        ("bnadung", "32.73"),
        ("kota bandung", "32.73"),
        ("kab bandung", "32.04"),
        ("kab. bogor", "32.01"),
        ("kemang", "32.01.12"),
        ("kel. braga", "32.73.19.1001"),
        ("kebayoran baru jaksel", "31.74.07"),
        ("menteng jakarta psuat", "31.71.06"),
        ("suka sari bandung", "32.73.01"),
        ("gubeng surabya", "35.78.08"),
        ("denpsar", "51.71"),
        ("jogja", "34.71"),
        ("jateng", "33"),
        ("ntb", "52"),
        ("ubud", "51.04.05"),
        ("mampang prapatn", "31.74.03"),
        ("tanah abang", "31.71.07"),
    ],
)
def test_understands_what_people_type(typed: str, best: str) -> None:
    assert regions.search(typed)[0].code == best


def test_reads_joined_and_split_names_alike() -> None:
    for typed in ("lebakgede bandung", "lebak gede bandung"):
        assert regions.search(typed)[0].code == "32.73.02.1002"


def test_offers_the_villages_of_the_best_district() -> None:
    found = regions.search("coblong bandung", limit=7)

    assert [each.name for each in found] == [
        "Coblong", "Cipaganti", "Lebak Gede", "Sadang Serang", "Dago", "Sekeloa", "Lebak Siliwangi",
    ]  # fmt: skip


def test_completes_a_postcode() -> None:
    found = regions.search("4013", limit=20)

    assert {each.postcode for each in found} == {"40131", "40132", "40133", "40134", "40135"}


@pytest.mark.parametrize(
    "typed", ["", "   ", "?!", "zzzzqqq", "kec", "\x00", "9999999", "%_'\";--", "x" * 100_000]
)
def test_finds_nothing_without_complaint(typed: str) -> None:
    assert regions.search(typed) == ()


def test_never_gives_more_than_asked() -> None:
    assert len(regions.search("sari", limit=3)) == 3
    assert len(regions.search("401", limit=3)) == 3


def slipped(word: str, chance: random.Random) -> str:
    at = chance.randrange(1, max(2, len(word) - 1))
    return word[:at] + word[at + 1 : at + 2] + word[at : at + 1] + word[at + 2 :]


def test_answers_within_20_milliseconds() -> None:
    regions.warm_up()
    chance = random.Random(7)
    index = region_index.region_index()
    styles: list[Callable[[Region], str]] = [
        lambda region: region.name,
        lambda region: f"{region.name} {region.regency}",
        lambda region: f"{slipped(region.name, chance)} {region.province}",
        lambda region: region.name[:4],
        lambda region: region.postcode,
    ]
    taken = []
    for number, code in enumerate(chance.sample(index.codes, 300)):
        region = regions.find(code)
        assert region
        started = time.thread_time()
        regions.search(styles[number % len(styles)](region))
        taken.append(time.thread_time() - started)

    assert sorted(taken)[int(len(taken) * 0.95)] < 0.020


def test_is_built_once_however_many_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(region_index, "_built", [])
    built = []
    monkeypatch.setattr(region_index, "RegionIndex", lambda: built.append(1) or object())

    asking = [threading.Thread(target=region_index.region_index) for _ in range(8)]
    for each in asking:
        each.start()
    for each in asking:
        each.join()

    assert built == [1]
