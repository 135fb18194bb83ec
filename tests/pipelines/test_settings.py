"""Settings: which there are, what a command cannot do without, and secrets that never show."""

from pathlib import Path

import pytest

from pipelines.settings import Settings, SettingsError
from pipelines.settings_reading import load_settings
from tests.pipelines.settings_file import written


def test_the_defaults_name_the_shipped_contracts_and_policy() -> None:
    settings = load_settings({}, {}, None)
    assert settings.profile == "caojie-2024"
    assert [folder.name for folder in (*settings.feeds_dirs, *settings.policy_dirs)] == ["feeds", "policy"]
    assert settings.key_file is None
    assert not settings.schedule_enabled


def test_a_region_adds_its_own_policy_to_the_shipped_one(tmp_path: Path) -> None:
    settings = load_settings({}, {"HEDUI_POLICY": "a:b"}, None)
    assert settings.policy_folders == (*settings.policy_dirs, Path("a"), Path("b"))
    assert load_settings({}, {}, written(tmp_path, 'policy = "ours"\n')).policy == (tmp_path / "ours",)


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
