"""Settings: the order option > environment > file > default, and errors that say where and what to do."""

from datetime import date
from pathlib import Path

import pytest

from pipelines.settings import Settings, SettingsError, find_settings_file, load_settings


def written(folder: Path, text: str) -> Path:
    path = folder / "hedui.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_an_option_goes_before_the_environment_before_the_file_before_the_default(tmp_path: Path) -> None:
    file = written(tmp_path, 'profile = "of-file"\nmemory_limit = "1GB"\nthreads = 3\n')
    environ = {"HEDUI_PROFILE": "of-environment", "HEDUI_MEMORY_LIMIT": "2GB"}
    settings = load_settings({"profile": "of-option", "threads": None}, environ, file)
    assert (settings.profile, settings.memory_limit, settings.threads) == ("of-option", "2GB", 3)
    assert settings.port == 3000


def test_the_defaults_name_the_shipped_contracts_and_policy() -> None:
    settings = load_settings({}, {}, None)
    assert settings.profile == "caojie-2024"
    assert [folder.name for folder in (*settings.feeds_dirs, *settings.policy_dirs)] == ["feeds", "policy"]
    assert settings.key_file is None
    assert not settings.schedule_enabled


def test_paths_of_the_file_count_from_its_folder(tmp_path: Path) -> None:
    file = written(tmp_path, 'inbox = "in"\nkey_file = "/keys/hedui.key"\nfeeds_dirs = ["a", "b"]\n')
    settings = load_settings({}, {}, file)
    assert settings.inbox == tmp_path / "in"
    assert settings.key_file == Path("/keys/hedui.key")
    assert settings.feeds_dirs == (tmp_path / "a", tmp_path / "b")


def test_folders_in_the_environment_are_separated_as_in_path() -> None:
    assert load_settings({}, {"HEDUI_FEEDS_DIRS": "a:b"}, None).feeds_dirs == (Path("a"), Path("b"))


def test_a_region_adds_its_own_policy_to_the_shipped_one(tmp_path: Path) -> None:
    settings = load_settings({}, {"HEDUI_POLICY": "a:b"}, None)
    assert settings.policy_folders == (*settings.policy_dirs, Path("a"), Path("b"))
    assert load_settings({}, {}, written(tmp_path, 'policy = "ours"\n')).policy == (tmp_path / "ours",)


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


def test_an_inbox_is_asked_for_only_where_it_is_needed(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="give --inbox DIR, HEDUI_INBOX"):
        load_settings({}, {}, None).required_inbox()
    with pytest.raises(SettingsError, match="expected a folder with one sub-folder per feed"):
        load_settings({"inbox": tmp_path / "none"}, {}, None).required_inbox()
    assert load_settings({"inbox": tmp_path}, {}, None).required_inbox() == tmp_path


def test_settings_survive_the_way_through_the_environment(tmp_path: Path) -> None:
    options = {"inbox": tmp_path, "warehouse": tmp_path / "w", "as_of": "2026-09-22", "schedule_enabled": True}
    settings = load_settings(options, {}, None)
    assert load_settings({}, settings.environment(), None) == settings
    assert "HEDUI_KEY_FILE" not in settings.environment()


def test_every_setting_is_described() -> None:
    assert all(field.description for field in Settings.model_fields.values())


def test_the_file_is_found_in_the_folder_alone(tmp_path: Path) -> None:
    assert find_settings_file(tmp_path) is None
    assert find_settings_file(written(tmp_path, "").parent) == tmp_path / "hedui.toml"


def test_the_documentation_names_every_setting() -> None:
    text = (Path(__file__).parents[2] / "docs" / "settings.md").read_text(encoding="utf-8")
    for name in Settings.model_fields:
        assert f"| `{name}` | `HEDUI_{name.upper()}` |" in text


SECRET = "pa55-w0rd"  # noqa: S105  nobody's


def test_the_events_are_in_the_warehouse_unless_an_address_is_set(tmp_path: Path) -> None:
    plain = load_settings({"warehouse": tmp_path}, {}, None)
    assert plain.event_address().path == tmp_path / "events" / "events.db"
    assert plain.event_address(tmp_path / "other").path == tmp_path / "other" / "events" / "events.db"
    chosen = load_settings({}, {"HEDUI_EVENT_STORE": f"sqlite:///{tmp_path}/e.db"}, None)
    assert chosen.event_address(tmp_path / "other").path == tmp_path / "e.db"


def test_the_password_of_the_event_store_never_shows(tmp_path: Path) -> None:
    file = written(tmp_path, f'event_store = "postgresql://hedui:{SECRET}@db.example:5433/cases"\n')
    settings = load_settings({}, {}, file)
    address = settings.event_address()
    assert address.url.password == SECRET
    shown = (repr(settings), str(settings), settings.model_dump_json(), repr(address), str(address))
    assert not any(SECRET in one for one in shown)
    assert str(address) == "postgresql://db.example:5433/cases"
    # Only a child process is told, through its environment.
    told = load_settings({}, settings.environment(), None)
    assert told.event_store == settings.event_store


def test_a_wrong_address_of_the_event_store_is_not_quoted(tmp_path: Path) -> None:
    file = written(tmp_path, f'event_store = ["{SECRET}"]\n')
    with pytest.raises(SettingsError, match=r"event_store|hedui\.toml") as told:
        load_settings({}, {}, file)
    assert SECRET not in str(told.value)


def test_the_password_file_counts_from_the_folder_of_the_settings(tmp_path: Path) -> None:
    (tmp_path / "password").write_text(f"{SECRET}\n")
    (tmp_path / "password").chmod(0o600)
    file = written(tmp_path, 'event_store = "postgresql://hedui@db/cases"\nevent_store_password_file = "password"\n')
    assert load_settings({}, {}, file).event_address().url.password == SECRET
