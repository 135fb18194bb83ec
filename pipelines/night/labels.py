"""What the columns of the published tables are called in Chinese, for the sheet 说明 and for summaries.

The columns' own names are the contract's and stay in row 1 of every file: these labels are for reading only.
"""

from collections.abc import Mapping

COLUMN_LABELS: Mapping[str, str] = {
    "as_of": "比对日",
    "finding_id": "疑点编号",
    "case_id": "案件编号",
    "household_id": "家庭编号",
    "id_number": "公民身份号码",
    "name": "姓名",
    "head_name": "户主姓名",
    "head_id_number": "户主公民身份号码",
    "town": "镇街",
    "village": "村（社区）",
    "benefit": "救助类别",
    "members": "家庭人口",
    "covered_members": "保障人数",
    "monthly_amount": "月保障金额（元，每户）",
    "suggested_action": "系统建议",
    "risk": "风险等级",
    "rules": "涉及规则",
    "findings": "疑点数（命中和待定）",
    "income_standard": "低保标准（元/人·月）",
    "income_declared": "申报人均月收入（元）",
    "income_evidenced": "核算人均月收入（元）",
    "projection": "收入研判",
    "grace_branch": "渐退情形",
    "grace_from": "渐退期起",
    "grace_to": "渐退期止",
    "months_at_risk": "涉及月数",
    "amount_at_risk": "涉及金额（元，仅用于排序，不作认定）",
    "statement": "说明",
    "change": "较上次变化",
    "opened_on": "立案日期",
    "rule_id": "规则编号",
    "rule_version": "规则版本",
    "outcome": "比对结果",
    "action": "系统建议",
    "grade": "匹配等级（B为姓名不一致）",
    "record_key": "记录标识",
    "fact_date": "事实日期",
    "basis": "政策依据",
    "clears_with": "可消除疑点的材料或情形",
    "conflict": "上下级政策差异",
    "evidence": "证据（字段 值 比较 阈值）",
    "feed": "数据来源",
    "snapshot_date": "数据时点",
    "source_file": "来源文件",
    "sheet": "工作表",
    "source_row": "来源行号",
    "source_sha256": "来源文件校验值",
    "first_seen": "首次发现",
    "nights_seen": "已出现次数",
    "field": "问题字段",
    "reason": "隔离原因",
    "reason_label": "隔离原因（中文）",
    "raw": "原始内容",
}

MATERIAL_LABELS: Mapping[str, str] = {
    "premium_band": "年缴保费（档）",
    "income_band": "人均月收入（档）",
    "income_standard": "低保标准",
    "level": "等级",
    "expires_on": "有效期至",
    "vessel": "船舶",
    "kind": "类别",
    "since": "起始日期",
    "first_month": "首次发放月份",
    "status_letters": "机动车状态",
    "vehicle_class": "车辆类型",
    "vehicles": "车辆",
    "unit_key": "不动产单元",
    "anchor": "取得时间",
    "units": "不动产单元",
    "wage_band": "工资或缴费基数（档）",
    "turnover_band": "营业额（档）",
    "asset_band": "资产（档）",
    "changed": "变化情形",
    "is_registered": "是否登记",
    "benefit_band": "待遇金额（档）",
    "held": "持有情况",
    "disability_type": "残疾类别",
    "signs": "迹象",
    "school_state": "就学状态",
    "other_households": "另在家庭",
    "has_paid": "是否发放",
    "paid_total": "发放合计",
    "monthly_amount": "月保障金额",
}
"""What a rule works out and holds for material, where no feed has a field of that name."""

RISK_LABELS: Mapping[str, str] = {"red": "红", "orange": "橙", "yellow": "黄", "grey": "灰"}
"""Risk levels from the most urgent; grey cases are not sent out (rules.md section 6)."""

FEED_STATUS_LABELS: Mapping[str, str] = {
    "fresh": "可用",
    "stale": "过期",
    "refused": "被拒",
    "absent": "缺失",
    "unset": "参数未设置",
}

OUTCOME_LABELS: Mapping[str, str] = {
    "flagged": "命中",
    "exempt": "豁免",
    "undetermined": "待定",
    "not_assessed": "未核（沿用）",
    "suppressed": "已核清暂不提示",
    "resolved": "已消失",
    "new": "新增",
    "persisting": "持续",
    "changed": "变化",
    "reopened": "再现",
}
"""What becomes of findings in one night, in counts: outcomes first, then how they stand to the night before."""

GATE_LABELS: Mapping[str, str] = {
    "night_books": "当夜账目",
    "feed_books": "数据账目",
    "roster_rows": "名册行数",
    "feed_rows": "数据行数",
    "match_rate": "比中率",
    "fill_rate": "必备列填报率",
    "breaker": "疑点熔断",
    "canaries": "金丝雀家庭",
}
"""Gates by what they are about."""

GATE_STATUS_LABELS: Mapping[str, str] = {
    "passed": "通过",
    "failed": "扣住",
    "no_history": "无历史",
    "too_few": "数量过少",
}
"""How gates stand; only those that failed hold a night."""
