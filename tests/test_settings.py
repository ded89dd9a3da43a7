from pathlib import Path

import pytest

from nacdesk import settings
from nacdesk.errors import UserError
from nacdesk.settings import Settings


def test_settings_come_back_as_they_were_kept(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "settings.toml"
    kept = Settings(theme="contrast", paper="Letter", text_scale=175, display_name="Zoë “Z” O'Neil \\ 王")
    settings.save(kept, path)
    assert settings.load(path) == kept
    assert [file.name for file in path.parent.iterdir()] == ["settings.toml"], "a temporary file was left"


def test_no_file_means_the_defaults(tmp_path: Path) -> None:
    assert settings.load(tmp_path / "settings.toml") == Settings()


@pytest.mark.parametrize(
    "text",
    [
        'version = 3\ntheme = "dark"',
        'version = 2\ndisplay_name = "two\\nlines"',
        'version = 1\ntheme = "pink"',
        "version = 1\ntext_scale = 110",
        "version = 1\nsurprise = 3",
        "theme =",
        'theme = "dark"',
        b"\xff\xfe",
    ],
    ids=["newer", "two lines", "unknown theme", "unknown size", "unknown key", "broken", "no version", "not UTF-8"],
)
def test_what_is_not_known_is_refused_and_left_as_it_is(tmp_path: Path, text: str | bytes) -> None:
    path = tmp_path / "settings.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    before = path.read_bytes()
    with pytest.raises(UserError, match="left as they are"):
        settings.load(path)
    assert path.read_bytes() == before


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UserError, match="could not be saved"):
        settings.save(Settings(), tmp_path / "file" / "settings.toml")


def test_a_value_that_a_setting_cannot_have_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot have"):
        Settings(text_scale=90)


def test_settings_of_the_version_before_are_read(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('version = 1\ntheme = "dark"\npaper = "A4"\ntext_scale = 125\n')
    assert settings.load(tmp_path / "settings.toml") == Settings(theme="dark", text_scale=125)


def test_a_name_is_one_line_that_can_be_read() -> None:
    assert settings.tidy_name("  Ana\n\t Ruiz\u202e ") == "Ana Ruiz"
    assert settings.tidy_name("\u200b") == ""
    assert settings.actor(Settings()) == settings.account()
