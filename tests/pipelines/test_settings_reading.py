"""Where settings are given: the order option > environment > file > default, and errors that say where and what to do."""

from datetime import date
from pathlib import Path

import pytest

from pipelines.settings import SettingsError
from pipelines.settings_reading import find_settings_file, load_settings
from tests.pipelines.settings_file import written


def test_an_option_goes_before_the_environment_before_the_file_before_the_default(tmp_path: Path) -> None:
    file = written(tmp_path, 'profile = "of-file"\nmemory_limit = "1GB"\nthreads = 3\n')
    environ = {"HEDUI_PROFILE": "of-environment", "HEDUI_MEMORY_LIMIT": "2GB"}
    settings = load_settings({"profile": "of-option", "threads": None}, environ, file)
    assert (settings.profile, settings.memory_limit, settings.threads) == ("of-option", "2GB", 3)
    assert settings.port == 3000


def test_paths_of_the_file_count_from_its_folder(tmp_path: Path) -> None:
    file = written(tmp_path, 'inbox = "in"\nkey_file = "/keys/hedui.key"\nfeeds_dirs = ["a", "b"]\n')
    settings = load_settings({}, {}, file)
    assert settings.inbox == tmp_path / "in"
    assert settings.key_file == Path("/keys/hedui.key")
    assert settings.feeds_dirs == (tmp_path / "a", tmp_path / "b")


def test_folders_in_the_environment_are_separated_as_in_path() -> None:
    assert load_settings({}, {"HEDUI_FEEDS_DIRS": "a:b"}, None).feeds_dirs == (Path("a"), Path("b"))


def test_an_empty_environment_variable_is_not_given() -> None:
    assert load_settings({}, {"HEDUI_KEY_FILE": " ", "HEDUI_AS_OF": ""}, None).key_file is None


def test_dates_come_as_text_or_as_a_date_of_toml(tmp_path: Path) -> None:
    assert load_settings({"as_of": "2026-09-22"}, {}, None).as_of == date(2026, 9, 22)
    assert load_settings({}, {}, written(tmp_path, "as_of = 2026-09-22\n")).as_of == date(2026, 9, 22)


@pytest.mark.parametrize("bad", ["2026-02-30", "20260922", "22.9.2026", "tonight", "2026-9-22"])
def test_a_bad_date_says_where_it_was_given_and_what_was_expected(bad: str) -> None:
    with pytest.raises(SettingsError, match=r"^HEDUI_AS_OF: expected a date YYYY-MM-DD .* found '" + bad):
        load_settings({}, {"HEDUI_AS_OF": bad}, None)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("profil = 'x'\n", "profil is no setting; did you mean profile"),
        ("colour = 'x'\n", "colour is no setting; known: inbox"),
        ("threads = 0\n", "greater than or equal to 1, found '0'"),
        ("threads = 'many'\n", "valid integer"),
        ("memory_limit = 'much'\n", "expected a size such as 4GB"),
        ("inbox = \n", "not readable as TOML"),
    ],
)
def test_the_file_is_read_strictly(tmp_path: Path, text: str, message: str) -> None:
    file = written(tmp_path, text)
    with pytest.raises(SettingsError, match=message) as caught:
        load_settings({}, {}, file)
    assert str(caught.value).startswith(str(file))


def test_a_near_miss_in_the_environment_is_refused_and_other_names_are_not_ours() -> None:
    with pytest.raises(SettingsError, match="HEDUI_KEYFILE is no setting: did you mean HEDUI_KEY_FILE"):
        load_settings({}, {"HEDUI_KEYFILE": "k"}, None)
    assert load_settings({}, {"HEDUI_ACCEPTANCE": "x", "OTHER_PROFILE": "y"}, None) == load_settings({}, {}, None)


def test_an_unknown_option_is_an_error() -> None:
    with pytest.raises(SettingsError, match="the options: colour is no setting"):
        load_settings({"colour": "x"}, {}, None)


def test_the_file_is_found_in_the_folder_alone(tmp_path: Path) -> None:
    assert find_settings_file(tmp_path) is None
    assert find_settings_file(written(tmp_path, "").parent) == tmp_path / "hedui.toml"
