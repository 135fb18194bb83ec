"""``hedui policy``: what applies on a day and from which clause, and whether the policy's files are right."""

import json
from datetime import date

import click

from pipelines.cli.boundary import WRONG_USAGE
from pipelines.cli.options import (
    as_of_option,
    feeds_option,
    policy_option,
    profile_option,
    read_settings,
    rules_option,
    today,
)
from pipelines.cli.screen import show as show_screen
from pipelines.settings import Settings, SettingsError


@click.group(short_help="What applies on a day and from which clause; whether the policy is right.")
def policy() -> None:
    """Look at the policy: data/policy, and what --policy DIR or HEDUI_POLICY adds to it.

    \b
    Examples:
      hedui policy show
      hedui policy show --as-of 2024-08-31 --profile chongqing
      hedui policy show --rule CL-01
      hedui policy check --policy our-district/policy
    """  # noqa: D301  click wants the character


@policy.command(short_help="Parameters, switches and rules that apply on a day.")
@as_of_option
@profile_option
@feeds_option
@policy_option
@rules_option
@click.option("--rule", "rule_id", metavar="ID", help="One rule alone, with the parameters it asks for: CL-01.")
@click.option(
    "--format", "form", type=click.Choice(("text", "json")), default="text", show_default=True, help="How to print it."
)
def show(rule_id: str | None, form: str, **options: str | None) -> None:
    """Show what applies on a day: each value with its unit, since when, and the layer and clause it comes from.

    Without --as-of today (in China). What no source gives is 未设置; rules of which no layer of the profile says
    anything are named at the end.

    \b
    Examples:
      hedui policy show --as-of 2026-09-22
      hedui policy show --rule FC-02 --profile chongqing
      hedui policy show --format json > policy.json
    """  # noqa: D301
    settings = read_settings(**options)
    from pipelines.night.policy_screen import account_screen  # noqa: PLC0415  Polars takes a second

    account = _account(settings, settings.as_of or today(), rule_id)
    if form == "json":
        click.echo(json.dumps(account, ensure_ascii=False, indent=2))
    else:
        show_screen(account_screen(account))


@policy.command(short_help="Every profile on every day of change; lists every mistake.")
@as_of_option
@feeds_option
@policy_option
@rules_option
def check(**options: str | None) -> int:
    """Look through every layer and profile, on every day on which something changes, and list every mistake.

    Exit code 0 when everything is right, 2 when something is not. What is unset is told, and is no mistake.

    \b
    Examples:
      hedui policy check
      hedui policy check --policy our-district/policy
    """  # noqa: D301
    settings = read_settings(**options)
    from connectors.contract import load_contracts  # noqa: PLC0415
    from pipelines.night.policy_review import review  # noqa: PLC0415
    from pipelines.night.policy_screen import review_screen  # noqa: PLC0415
    from pipelines.night.rule_files import load_rulebook  # noqa: PLC0415

    contracts, rules = load_contracts(*settings.feeds_folders), load_rulebook(settings.rules)
    found = review(settings.policy_folders, contracts, rules, settings.as_of or today())
    show_screen(review_screen(found), to_copy=True)
    return WRONG_USAGE if found.mistakes else 0


def _account(settings: Settings, as_of: date, rule_id: str | None) -> dict[str, object]:
    """The account of the settings' profile on a day, of one rule where one is named."""
    from connectors.contract import load_contracts  # noqa: PLC0415
    from pipelines.night.policy_account import policy_account, rule_alone  # noqa: PLC0415
    from pipelines.night.policy_files import load_policies  # noqa: PLC0415
    from pipelines.night.policy_probe import needs_of  # noqa: PLC0415
    from pipelines.night.rule_files import load_rulebook  # noqa: PLC0415

    contracts, rules = load_contracts(*settings.feeds_folders), load_rulebook(settings.rules)
    if rule_id is not None and rule_id not in rules:
        raise SettingsError(f"--rule: expected one of {', '.join(rules)}, found {rule_id!r}")
    policies = load_policies(settings.policy_folders, rules)
    chosen = policies.policy(settings.profile)
    in_force = chosen.in_force(as_of)
    needs = needs_of([rules[one] for one in in_force.rules], in_force, contracts)
    without = tuple(one for one in rules if one not in in_force.rules)
    account = policy_account(in_force, chosen.profile, policies.layers, needs, without)
    if rule_id is None:
        return account
    return rule_alone(account, rule_id, needs.get(rule_id))
