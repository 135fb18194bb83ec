"""When a step fails: a plain account of what happened, what it means and what to do, for whoever comes in the morning."""

from pathlib import Path

import dagster as dg

from warehouse.files import private_folder, write_file

ACCOUNTS = "accounts"
AFTER_PUBLICATION = frozenset({"workbooks"})
"""Steps that may fail without undoing what was published."""


@dg.failure_hook(name="plain_account", required_resource_keys={"night"})
def plain_account(context: dg.HookContext) -> None:
    """Write `<warehouse>/accounts/<run>-<step>.md`. The message is our own: no value of a person reaches it."""
    told = describe(context.step_key, context.op_exception)
    folder = Path(context.resources.night.warehouse) / ACCOUNTS
    private_folder(folder)
    path = folder / f"{context.run_id[:8]}-{context.step_key}.md"
    write_file(path, told.encode())
    context.log.error("what happened and what to do: %s/%s in the warehouse", ACCOUNTS, path.name)


def describe(step: str, error: BaseException | None) -> str:
    """The account in words: Chinese first, for the people on duty; the message as the step gave it."""
    message = (getattr(error, "description", None) or str(error or "")).strip() or "no message"
    if step in AFTER_PUBLICATION:
        return _after_publication(step, message)
    return f"""# 核对未完成 The night did not finish

步骤 Step: `{step}`

## 发生了什么 What happened

{message}

## 影响 What it means

上一次发布的结果不变，工作人员看到的仍是上一夜的数据。本次没有任何疑点被写入或删除。
The previous publication stays as it was. Nothing of this night has been published.

## 怎么办 What to do

1. 按上面的说明处理（补送、更换文件，或更正契约、政策）。 Do what the message says.
2. 在 Dagster 界面重新执行该日期，或再次运行 `hedui nightly`。已入库且未变化的数据不会重读。 Run the date again.
3. 若提示为程序错误，请把步骤名、错误类型和代码位置交给开发者；其中不含个人信息。 Errors of ours carry no personal data.
"""


def _after_publication(step: str, message: str) -> str:
    """The account of a step that comes after publication."""
    return f"""# 核对已发布，工作簿未生成 The night is published, its workbooks are not

步骤 Step: `{step}`

## 发生了什么 What happened

{message}

## 影响 What it means

本次核对结果已发布、有效；只是没有生成下发的工作簿，也没有登记下发。
The results are published and stand. No workbook was handed out, and no case counts as handed out.

## 怎么办 What to do

1. 按上面的说明处理。 Do what the message says.
2. 运行 `hedui export queue --format xlsx --out DIR` 生成工作簿，或在 Dagster 界面重新执行 `workbooks`。
   Write them with that command, or run the asset again.
3. 若提示为程序错误，请把步骤名、错误类型和代码位置交给开发者；其中不含个人信息。 Errors of ours carry no personal data.
"""
