"""How many Rasa processes a machine carries, and whether there is room for one more."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.supervisor import capacity

MEMINFO = """MemTotal:        4000000 kB
MemFree:          200000 kB
MemAvailable:    1000000 kB
HugePages_Total:       0
"""


@pytest.mark.parametrize(
    ("cores", "gigabytes", "processes"),
    [(1, 64, 1), (2, 1, 1), (2, 2, 1), (2, 4, 2), (4, 4, 4), (4, 3, 2), (64, 64, 8), (4, 0, 1)],
)
def test_a_process_per_core_as_far_as_memory_goes(cores: int, gigabytes: int, processes: int) -> None:
    """One on a small machine, one per core on others, eight at most; there is always room for a successor."""
    found = capacity.sensible(cores, gigabytes << 30)

    assert found == processes


@pytest.fixture
def meminfo(tmp_path: Path) -> Path:
    path = tmp_path / "meminfo"
    path.write_text(MEMINFO)
    return path


def container(folder: Path, limit: str, used: int, cache: int) -> Path:
    (folder / "memory.max").write_text(f"{limit}\n")
    (folder / "memory.current").write_text(f"{used}\n")
    (folder / "memory.stat").write_text(f"anon 1\ninactive_file {cache}\n")
    return folder


def test_a_container_may_have_less_than_its_machine(tmp_path: Path, meminfo: Path) -> None:
    """Its limit counts where it has one that is below the machine's memory."""
    machine = 4_000_000 * 1024
    nowhere = tmp_path / "nowhere"
    totals = [
        capacity.total_bytes(meminfo, nowhere),
        capacity.total_bytes(meminfo, container(tmp_path, "max", 0, 0)),
        capacity.total_bytes(meminfo, container(tmp_path, "2000000000", 0, 0)),
        capacity.total_bytes(meminfo, container(tmp_path, "9000000000", 0, 0)),
        capacity.total_bytes(nowhere, nowhere),
    ]

    assert totals == [machine, machine, 2_000_000_000, machine, 0]


def test_the_limits_of_a_service(tmp_path: Path) -> None:
    """They are in the folder that the kernel names for this process, else at the top."""
    own = tmp_path / "cgroup"
    own.write_text("1:name=systemd:/elsewhere\n0::/system.slice/guichet.service\n")

    assert capacity.own_cgroup(own, tmp_path) == tmp_path / "system.slice" / "guichet.service"
    assert capacity.own_cgroup(tmp_path / "nowhere", tmp_path) == tmp_path


@pytest.mark.parametrize(
    ("limit", "used", "cache", "room"),
    [
        ("max", 0, 0, True),
        ("2000000000", 1_000_000_000, 0, True),
        ("2000000000", 1_900_000_000, 0, False),
        ("2000000000", 1_900_000_000, 800_000_000, True),
    ],
)
def test_room_for_one_more(tmp_path: Path, meminfo: Path, limit: str, used: int, cache: int, room: bool) -> None:
    """What is free on the machine and in the container; files that are only cached are no hindrance."""
    found = capacity.has_room(meminfo, container(tmp_path, limit, used, cache))

    assert found is room


def test_no_room_where_memory_cannot_be_told(tmp_path: Path) -> None:
    """Nothing is started beside what runs on a guess."""
    assert not capacity.has_room(tmp_path / "nowhere", tmp_path)
