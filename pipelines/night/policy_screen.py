"""How a policy and its review look on a terminal, in Chinese, at most 100 columns wide.

What belongs here: laying out an account (`policy_account`) and a review (`policy_review`). What does not: what applies.
"""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from pipelines.night.policy_account import Account
from pipelines.night.policy_review import ProfileReview, Review

UNSET = "未设置"
SINCE_EVER = "始终"


def account_screen(account: Account) -> RenderableType:
    """What applies on a day: parameters, switches, rules."""
    parts: list[RenderableType] = [_heading(account)]
    if account["parameters"]:
        parts += [Text(""), Text("参数", style="bold"), *map(_parameter, account["parameters"])]
    if account["switches"]:
        parts += [Text(""), Text("开关", style="bold"), *map(_switch, account["switches"])]
    for section, rules in groupby(
        sorted(account["rules"], key=lambda one: str(one["section"])), lambda one: one["section"]
    ):
        parts += [Text(""), Text(f"规则（{section}）", style="bold"), *(_rule(one) for one in rules)]
    if account["rules_without_entry"]:
        told = f"本口径各层均无条目、不启用的规则：{'、'.join(account['rules_without_entry'])}"
        parts += [Text(""), Text(told, style="dim")]
    return Group(*parts)


def review_screen(found: Review) -> RenderableType:
    """One line a profile, then every mistake."""
    lines = [
        Text(told, style="" if not one.not_judged else "yellow") for one in found.profiles for told in _profile(one)
    ]
    lines += [Text(one, style="red") for one in found.mistakes]
    verdict = f"发现 {len(found.mistakes)} 处错误" if found.mistakes else "没有错误"
    return Group(*lines, Text(verdict, style="bold red" if found.mistakes else "bold green"))


def _profile(one: ProfileReview) -> Iterator[str]:
    """A profile's line, and one each for what is unset."""
    changes = f"，{len(one.days)} 个变更日（最近 {one.days[-1]}）" if one.days else ""
    yield (
        f"{one.name}  {one.title}  层级 {'→'.join(one.layers)}  启用 {len(one.on)} 条、停用 {len(one.off)} 条、"
        f"无条目 {len(one.without)} 条{changes}  版本 {one.version}"
    )
    if one.unset:
        yield f"    {UNSET}的参数：{'、'.join(one.unset)}"
    if one.not_judged:
        told = "、".join(f"{rule}（缺 {parameter}）" for rule, parameter in one.not_judged.items())
        yield f"    因参数{UNSET}而未核的规则：{told}"


def _heading(account: Account) -> Text:
    """Which policy this is."""
    layers = " → ".join(f"{one['title']} {one['name']}" for one in account["layers"])
    head = Text(f"口径 {account['profile']}  {account['title']}", style="bold")
    return head.append(f"\n比对日 {account['as_of']}  版本 {account['version']}  层级 {layers}", style="not bold")


def _parameter(one: Account) -> RenderableType:
    """A parameter: one line, and below it what it rests on."""
    head = Text(f"{one['name']}  ", style="bold")
    if one["value"] is None:
        head.append(UNSET, style="not bold yellow").append(f"（单位 {one['unit']}）", style="not bold")
    else:
        head.append(f"{one['value']} {one['unit']}", style="not bold")
    head.append(f"  自{one['valid_from'] or SINCE_EVER}  {one['layer']}", style="not bold dim")
    over = (
        f"上级 {two['layer']} 为 {two['value'] or UNSET}" for two in one["overrides"] if two["value"] != one["value"]
    )
    return Group(head, *(_below(told) for told in (one["clause"], one["note"], "；".join(over)) if told))


def _switch(one: Account) -> RenderableType:
    """A switch: one line, and below it its clause."""
    head = Text(f"{one['name']}  ", style="bold")
    head.append("开" if one["is_on"] else "关", style="not bold green" if one["is_on"] else "not bold")
    head.append(f"  自{one['valid_from'] or SINCE_EVER}  {one['layer']}", style="not bold dim")
    return Group(head, *(_below(told) for told in (one["clause"],) if told))


def _below(told: str) -> Padding:
    """A line below a heading."""
    return Padding(Text(told), (0, 0, 0, 4))


def _rule(one: Account) -> RenderableType:
    """A rule: one line, and below it clause, documents, cases, and what higher layers say."""
    state, style = ("启用", "green") if one["is_on"] else ("停用", "dim")
    if one["not_judged_without"]:
        state, style = f"未核：参数 {one['not_judged_without']} {UNSET}", "yellow"
    head = Text(f"{one['rule_id']} {one['title']}  ", style="bold" if one["is_on"] else "dim")
    head.append(f"{state}  ", style=f"not bold {style}")
    head.append(f"{one['action_label']} {one['action']}（{one['decided_by'].get('action', '')}）", style="not bold")
    return Group(head, *map(_below, _details(one)))


def _details(one: dict[str, Any]) -> Iterator[str]:
    """The lines below a rule."""
    yield f"依据（{one['decided_by'].get('clause', '')}）：{one['clause']}"
    if one["documents"]:
        yield f"材料：{'、'.join(one['documents'])}"
    for case in one["variants"]:
        clause = f"  依据：{case['clause']}" if case["clause"] else ""
        yield f"情形 {case['case']}：{case['label']}。{case['text']}{clause}"
    for case in one["conflicts"]:
        yield f"上级从宽 {case['case']}：{case['text']}"
    if one["parameters"]:
        yield f"所用参数：{'、'.join(one['parameters'])}"
    if one["note"]:
        yield f"说明：{one['note']}"
