"""The storage folder: closed to others, and said at once when it cannot be used."""

from pathlib import Path

import pytest

from api.runtime import StorageUnusable, prepare_storage


def test_a_new_folder_is_its_owners_alone(tmp_path: Path) -> None:
    prepare_storage(tmp_path / "deep" / "var")
    for folder in (tmp_path / "deep" / "var", tmp_path / "deep" / "var" / "keys"):
        assert folder.stat().st_mode & 0o777 == 0o700
    prepare_storage(tmp_path / "deep" / "var")


def test_a_folder_that_is_there_keeps_its_permissions(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var").chmod(0o755)
    prepare_storage(tmp_path / "var")
    assert (tmp_path / "var").stat().st_mode & 0o777 == 0o755


def test_what_is_no_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("")
    with pytest.raises(StorageUnusable):
        prepare_storage(tmp_path / "var")
