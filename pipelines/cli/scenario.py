"""``hedui scenario``: a family's story, judged and told with all its reasons."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import click

from pipelines.cli.options import (
    as_of_option,
    feeds_option,
    policy_option,
    profile_option,
    read_settings,
    rules_option,
)
from pipelines.cli.screen import show
from pipelines.settings import Settings

AS_EXPECTED, DIFFERENT = 0, 1


@click.command(short_help="A family's story, judged and told with all its reasons.")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE…")
@as_of_option
@profile_option
@feeds_option
@policy_option
@rules_option
@click.option("--only", metavar="WORDS", default="", help="Only the stories whose title holds these words.")
@click.option("--brief", is_flag=True, help="One line a story; the differences where there are any.")
def scenario(files: tuple[Path, ...], only: str, brief: bool, **options: str | None) -> int:
    """Run the stories in FILE… (files or folders) and print the whole reasoning in Chinese.

    Each story says what a night must find; what comes out otherwise is told as a difference. --as-of and --profile
    stand in place of what the stories say: so one sees what another date or another policy would do to a family.
    How to write a story: docs/write-a-scenario.md.

    \b
    Examples:
      hedui scenario tests/scenarios/三年内购房.yml
      hedui scenario tests/scenarios --brief
      hedui scenario tests/scenarios/低保标准.yml --as-of 2024-08-31

    \b
    Exit codes: 0 all as expected, 1 differences, 2 a file, date or profile that cannot be used.
    """  # noqa: D301  click wants the character
    settings = read_settings(**options)
    # Only what is typed stands in place of the story's own: a server's settings must not change what a story says.
    given = Given(settings.as_of if options["as_of"] else None, options["profile"])
    return tell_all(files, settings, given, only=only, brief=brief)


@dataclass(frozen=True)
class Given:
    """What stands in place of what the stories say."""

    as_of: date | None
    profile: str | None


def tell_all(files: tuple[Path, ...], settings: Settings, given: Given, *, only: str, brief: bool) -> int:
    """Run the stories of all files; every file is read before the first story is told."""
    from connectors.contract import load_contracts  # noqa: PLC0415
    from pipelines.night.rule_files import load_rulebook  # noqa: PLC0415
    from pipelines.scenario.differences import differences  # noqa: PLC0415
    from pipelines.scenario.night import Stage  # noqa: PLC0415
    from pipelines.scenario.reading import read_scenes, story_files  # noqa: PLC0415
    from pipelines.scenario.telling import brief_line, telling  # noqa: PLC0415

    contracts, book = load_contracts(*settings.feeds_folders), load_rulebook(settings.rules)
    scenes = [
        scene
        for file in story_files(files)
        for scene in read_scenes(
            file, contracts, book, as_of=given.as_of, profile=given.profile, default_profile=settings.profile
        )
        if only in scene.title
    ]
    stage = Stage(contracts, settings.policy_folders, book)
    unlike = 0
    for scene in scenes:
        told = stage.tell(scene)
        found = differences(scene, told)
        unlike += bool(found)
        lines = brief_line(scene, found) if brief else telling(scene, told, found, contracts)
        show("\n".join(lines), to_copy=True)
    if len(scenes) != 1:
        show(f"\n共 {len(scenes)} 个故事，{unlike} 个与预期不同")
    return DIFFERENT if unlike else AS_EXPECTED
