"""Reading story files, strictly: whatever is not understood is an error with file and line, never left out.

What belongs here: from a file to scenes, and everything that can be wrong in between. What does not: which columns a
department has (`departments`), whether a story comes true (`differences`).
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from connectors.contract import Contract
from connectors.strict_yaml import Declaration, DeclarationError, read_declaration
from pipelines.scenario.cast import OWN_ENTRIES, CastError, Person, cast
from pipelines.scenario.departments import ROSTER, DepartmentError, delivered, feed_named, roster_of
from pipelines.scenario.scene import FeedDelivery, Scene
from pipelines.scenario.story import Household, Story, StoryFile
from pipelines.scenario.words import OUTCOMES

ONLY_HOUSEHOLD: Final = "本户"
_STORIES: Final = "故事"


def read_scenes(
    path: Path,
    contracts: Mapping[str, Contract],
    rule_ids: Collection[str],
    *,
    as_of: date | None = None,
    profile: str | None = None,
    default_profile: str = "",
) -> list[Scene]:
    """The stories of a file.

    Args:
        path: the file.
        contracts: all feeds.
        rule_ids: all rules.
        as_of: a comparison date that stands in place of what the file says.
        profile: a policy profile that stands in place of what the file says.
        default_profile: the profile of a story that names none.

    Raises:
        DeclarationError: anything in the file cannot be used; one line for each mistake, with file and line.
    """
    declaration = read_declaration(path)
    told = _validated(declaration)
    reader = _Reader(declaration, told, contracts, rule_ids)
    scenes = []
    for title, story in told.stories.items():
        day = as_of or story.as_of or told.as_of
        if day is None:
            raise DeclarationError(f"{declaration.where(_STORIES, title)}: {title}：没有写 比对日")
        chosen = profile or story.profile or told.profile or default_profile
        scenes.append(reader.scene(title, story, day, chosen))
    return scenes


def _validated(declaration: Declaration) -> StoryFile:
    """The file's entries as a model; what is wrong with them in Chinese, because policy officers write them."""
    try:
        return StoryFile.model_validate(declaration.data)
    except ValidationError as error:
        details = error.errors(include_url=False)
        raise DeclarationError("\n".join(_told(declaration, one) for one in details)) from None


def _told(declaration: Declaration, detail: ErrorDetails) -> str:
    """One mistake as one line: place, entry, what was expected, what was found."""
    known: tuple[str | int, ...] = ()
    for part in detail["loc"]:
        if (*known, part) in declaration.lines:
            known = (*known, part)
    place = declaration.where(*known)
    name = detail["loc"][-1] if detail["loc"] else "文件"
    match detail["type"]:
        case "extra_forbidden":
            return f"{place}: 不认识“{name}”这一项；请核对写法，或删去"
        case "missing":
            return f"{place}: 缺少“{name}”这一项；请补上"
        case "value_error":
            said = str(detail["ctx"]["error"])
        case _:
            said = f"写法不对（{detail['msg']}）"
    found = " ".join(str(detail["input"]).split())[:40]
    return f"{place}: {'.'.join(map(str, known[2:])) or name}：{said}；现为“{found}”"


class _Reader:
    """Turns the stories of one file into scenes and knows where everything stands in it."""

    def __init__(
        self, declaration: Declaration, told: StoryFile, contracts: Mapping[str, Contract], rule_ids: Collection[str]
    ) -> None:
        self._declaration, self._file, self._contracts, self._rule_ids = declaration, told, contracts, rule_ids

    def scene(self, title: str, story: Story, as_of: date, profile: str) -> Scene:
        """One story, checked."""
        households = self._households(title, story)
        persons = self._persons(title, story, households)
        self._check_expectations(title, story, households, persons)
        try:
            contract = self._contracts[ROSTER]
            roster = roster_of(households, self._file.shared, story.missing_columns, contract, persons, as_of)
        except DepartmentError as error:
            raise self._mistake(str(error), title, "家庭") from None
        return Scene(
            subject=self._file.subject or self._declaration.path.stem,
            title=title,
            place=self._declaration.where(_STORIES, title),
            text=story.text,
            as_of=as_of,
            profile=profile,
            households=households,
            persons=persons,
            deliveries={ROSTER: roster, **self._deliveries(title, story, list(households), persons, as_of)},
            findings=story.findings,
            cases=story.cases,
        )

    def _households(self, title: str, story: Story) -> Mapping[str, Household]:
        """The story's households: one, several, or the file's own."""
        if story.household and story.households:
            raise self._mistake("“家庭”和“各户”只写一个", title, "各户")
        if story.households:
            return story.households
        household = story.household or self._file.household
        if household is None:
            raise self._mistake("没有写 家庭", title)
        return {ONLY_HOUSEHOLD: household}

    def _persons(self, title: str, story: Story, households: Mapping[str, Household]) -> Mapping[str, Person]:
        """Members and others by label, with their numbers."""
        for label, entries in story.others.items():
            for entry in entries:
                if entry not in OWN_ENTRIES:
                    raise self._mistake(f"不认识“{entry}”；可写{'、'.join(OWN_ENTRIES)}", title, "其他人", label, entry)
        members = [pair for household in households.values() for pair in household.members.items()]
        try:
            return cast([*members, *story.others.items()])
        except CastError as error:
            raise self._mistake(str(error), title, "家庭", "成员") from None

    def _deliveries(
        self, title: str, story: Story, households: list[str], persons: Mapping[str, Person], as_of: date
    ) -> Mapping[str, FeedDelivery]:
        """By feed, what the departments delivered."""
        found: dict[str, FeedDelivery] = {}
        for told, delivery in story.deliveries.items():
            try:
                feed = feed_named(told, self._contracts)
                found[feed] = delivered(delivery, self._contracts[feed], persons, households, as_of)
            except DepartmentError as error:
                raise self._mistake(str(error), title, "部门数据", told, "记录", *error.place) from None
        return found

    def _check_expectations(
        self, title: str, story: Story, households: Collection[str], persons: Collection[str]
    ) -> None:
        """Rules, persons and households that are expected exist, and every finding names its clause."""
        for place, one in enumerate(story.findings):
            where = (title, "应有疑点", place)
            if one.rule not in self._rule_ids:
                raise self._mistake(f"没有规则“{one.rule}”；请核对编号", *where, "规则")
            if one.person is not None and one.person not in persons:
                raise self._mistake(f"故事里没有“{one.person}”", *where, "人")
            if one.clause is None and one.outcome != OUTCOMES["未核"]:
                raise self._mistake("没有写 依据：请摘录所依据条款中的几个字", *where)
            self._check_household(one.household, households, *where, "户")
        for place, case in enumerate(story.cases):
            self._check_household(case.household, households, title, "应有案件", place, "户")

    def _check_household(self, told: str | None, households: Collection[str], *key: str | int) -> None:
        """A household that is expected is one of the story's."""
        if told is not None and told not in households:
            raise self._mistake(f"没有名为“{told}”的户", *key)

    def _mistake(self, message: str, *key: str | int) -> DeclarationError:
        """An error at an entry of a story."""
        return DeclarationError(f"{self._declaration.where(_STORIES, *key)}: {message}")


def story_files(paths: Collection[Path]) -> Iterator[Path]:
    """The files named, and those in the folders named, in the order of their names.

    Raises:
        DeclarationError: a folder holds no story.
    """
    for path in paths:
        found = sorted(path.glob("*.yml")) if path.is_dir() else [path]
        if not found:
            raise DeclarationError(f"{path.name}:1: 文件夹里没有故事（*.yml）")
        yield from found
