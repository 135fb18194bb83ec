"""The template of the health page. Inline style and drawings only: it needs no other file and no network, prints on A4."""

from typing import Final

from pipelines.night.page_fonts import FONTS

STYLE: Final = """
@page { size: A4; margin: 14mm 12mm; }
:root { --line: #d5dae1; --ink: #1c2733; --dim: #5d6b7a; --bad: #b3261e; --ok: #1d7a46; }
* { box-sizing: border-box; }
body { margin: 0; padding: 1.5rem; color: var(--ink); background: #f6f8fa;
  font: 14px/1.55 FONTS; }
main { max-width: 58rem; margin: 0 auto; }
h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.1rem; margin: 1.6rem 0 .4rem; break-after: avoid; }
h3 { font-size: 1rem; margin: 1rem 0 .3rem; break-after: avoid; }
p { margin: .25rem 0; } ul { margin: .25rem 0; padding-left: 1.3rem; } .dim { color: var(--dim); }
.bad { color: var(--bad); font-weight: 600; } .ok { color: var(--ok); }
.box { border: 2px solid var(--bad); background: #fff; padding: .5rem .8rem; margin: .6rem 0; break-inside: avoid; }
table { width: 100%; border-collapse: collapse; background: #fff; border: 1px solid var(--line); margin: .3rem 0 .8rem; }
th, td { padding: .25rem .45rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
thead { display: table-header-group; } tr, svg { break-inside: avoid; }
th { background: #eef2f6; font-weight: 600; }
th.n, td.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.day { white-space: nowrap; font-variant-numeric: tabular-nums; }
table.small { font-size: 11.5px; } table.small th, table.small td { padding: .12rem .4rem; }
table.grid td { text-align: center; } table.grid td.failed { background: #f3c9c5; font-weight: 600; }
table.grid td.no_history, table.grid td.too_few { color: var(--dim); } table.grid tr.held td.day { font-weight: 600; }
.chart { background: #fff; border: 1px solid var(--line); padding: .4rem; margin: .3rem 0; }
.chart svg { display: block; max-width: 100%; height: auto; }
.caption { font-size: 12px; margin: 0 0 .2rem; }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1rem; font-size: 12px; margin: 0 0 .2rem; }
.legend i { display: inline-block; width: 12px; height: 12px; border: 1px solid #8a97a5; margin-right: .3rem;
  vertical-align: -1px; }
.figures { display: flex; flex-wrap: wrap; gap: .6rem; margin: .6rem 0; }
.figures div { flex: 1 1 6.6rem; background: #fff; border: 1px solid var(--line); padding: .4rem .7rem; }
.figures b { display: block; font-size: 1.25rem; font-variant-numeric: tabular-nums; }
@media print { body { background: #fff; padding: 0; font-size: 10pt; } main { max-width: none; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
""".replace("FONTS", FONTS)

_MACROS = """
{% macro n(value) %}{{ "{:,}".format(value) if value is not none and value is number else "" }}{% endmacro %}
{% macro signed(value) %}{{ "" if value is none else "{:+,}".format(value) if value else "0" }}{% endmacro %}
{% macro chart(name) %}{% if name in charts %}<div class="chart">{{ caller() if caller }}{{ charts[name] | safe }}</div>
{% elif not charts %}<p class="dim">图未能生成，数字见下表。</p>{% endif %}{% endmacro %}
"""

_GLANCE = """
<h1>运行概况　比对日 {{ as_of }}</h1>
<p class="dim">口径 {{ profile }}　上一夜 {{ before or "无" }}　本页只含计数，不含任何个人信息。疑点均为线索，须经核实。</p>
{% if fate != "published" %}
<div class="box">
{% if fate == "held" %}<p class="bad">本夜被关口扣住，未发布；工作人员看到的仍是上一次发布的结果。</p>
{% else %}<p class="bad">本夜曾被关口扣住，经人核实后放行发布（放行的人和理由记在同一文件夹的 release.json）。</p>{% endif %}
<ul>{% for label, gate in failed %}<li><b>{{ label }}</b>（{{ gate.name }}）：{{ gate.detail }}
{% if gate.attribution %}<br>主要来源：{{ gate.attribution }}{% endif %}</li>{% endfor %}</ul>
{% if fate == "released" %}
{% elif can_be_released %}
<p>处理：请部门重新交付后再运行；或核实变化属实后 <code>hedui publish --run … --reason "…"</code> 放行
（放行的人和理由记在同一文件夹的 release.json）。</p>
{% else %}<p>属程序错误，不能放行，请联系开发者。</p>{% endif %}</div>
{% endif %}
<div class="figures">
<div>结果<b class="{{ "ok" if fate == "published" else "bad" }}">{{ fates[fate] }}</b>
{{ n(counts.households) }} 户 {{ n(counts.persons) }} 人</div>
<div>命中疑点（条）<b>{{ n(totals.flagged) }}</b>较上一夜 {{ signed(totals.delta) or "—" }}</div>
<div>新增 / 已消失（条）<b>{{ n(totals.new) }} / {{ n(totals.resolved) }}</b>重新出现 {{ n(totals.reopened) }}</div>
<div>已核清暂不提示（条）<b>{{ n(suppression.findings or 0) }}</b>30天内恢复提示 {{ n(suppression.soon or 0) }}</div>
<div>案件（户）<b>{{ n(counts.cases) }}</b>超期 {{ n(cases.overdue or 0) }}</div>
<div>金丝雀家庭<b class="{{ "" if canaries[1] else "bad" }}">{{ canaries[0] }}</b>已知答案的虚构家庭</div>
</div>
{% if stale %}<p class="bad">过期或被拒，本夜未核（不等于无问题）：{{ stale | join("、") }}</p>{% endif %}
{% if absent %}<p>未交付，本夜未核（不等于无问题）：{{ absent | join("、") }}</p>{% endif %}
{% if answers.imprecise %}
<div class="box"><p class="bad">以下规则的核查结论属实比例过低，请检查规则或数据：</p>
<ul>{% for line in answers.lines if line.rule_id in answers.imprecise %}<li><b>{{ line.rule_id }} {{ line.title }}</b>：
{{ n(line.verdicts) }} 条结论中属实 {{ n(line.confirmed) }} 条（{{ "%.0f" | format(line.share) }}%），
低于 {{ "%.0f" | format(100 * answers.floor) }}%</li>{% endfor %}</ul></div>
{% endif %}
"""

_RULES = """
<h2>一、规则</h2>
{% call chart("rules") %}<div class="legend">{% for name, (label, color) in outcomes.items() %}
<span><i style="background: {{ color }}"></i>{{ label }}</span>{% endfor %}</div>{% endcall %}
<table class="small"><thead><tr><th>规则</th><th class="n">命中</th><th class="n">较上夜</th><th class="n">豁免</th>
<th class="n">待定</th><th class="n">未核<br>（沿用）</th><th class="n">已核清<br>暂不提示</th><th class="n">已消失</th>
<th class="n">核过无疑点<br>（户）</th><th class="n">未核<br>（户）</th><th class="n">新增</th><th class="n">持续</th>
<th class="n">变化</th><th class="n">再现</th></tr></thead><tbody>
{% for one in spoke %}<tr><td>{{ one.rule_id }} {{ one.title }}</td><td class="n"><b>{{ n(one.flagged) }}</b></td>
<td class="n">{{ signed(one.delta) }}</td>
{% for name in ("exempt", "undetermined", "not_assessed", "suppressed", "resolved", "households_clear",
"households_not_assessed", "new", "persisting", "changed", "reopened") %}<td class="n">{{ n(one[name]) }}</td>{% endfor %}
</tr>{% endfor %}
<tr><td><b>合计</b></td><td class="n"><b>{{ n(totals.flagged) }}</b></td><td class="n">{{ signed(totals.delta) }}</td>
{% for name in ("exempt", "undetermined", "not_assessed", "suppressed", "resolved") %}
<td class="n">{{ n(totals[name]) }}</td>{% endfor %}<td></td><td></td>
{% for name in ("new", "persisting", "changed", "reopened") %}<td class="n">{{ n(totals[name]) }}</td>{% endfor %}
</tr></tbody></table>
{% if quiet %}<p class="dim">无疑点（规则编号，核过的户数）：
{% for one in quiet %}{{ one.rule_id }} {{ n(one.households_clear) if one.feed_status == "fresh" else "未核"
}}{{ "；" if not loop.last }}{% endfor %}</p>{% endif %}
"""

_ANSWERS = """
<h2>二、核查结论</h2>
{% if answers.verdicts %}
{% if "answered" in charts %}{% call chart("answered") %}<p class="caption">录入的核查结论（条），按录入时最近的一夜</p>
{% endcall %}{% endif %}
{% if answers.nights %}<p>近30天录入：{% for night, count in answers.nights.items() %}{{ night[5:] }}
{{ n(count) }} 条{{ "，" if not loop.last }}{% endfor %}</p>{% endif %}
<table class="small"><thead><tr><th>规则</th><th class="n">现行结论（条）</th><th class="n">属实（退出或渐退）</th>
<th class="n">核清（可留）</th><th class="n">其他</th><th class="n">属实比例</th><th class="n">发现到核查（天，中位）</th></tr></thead>
<tbody>{% for line in answers.lines %}<tr><td>{{ line.rule_id }} {{ line.title }}</td><td class="n">{{ n(line.verdicts) }}</td>
<td class="n">{{ n(line.confirmed) }}</td><td class="n">{{ n(line.cleared) }}</td>
<td class="n">{{ n(line.verdicts - line.confirmed - line.cleared) }}</td>
<td class="n {{ "bad" if line.rule_id in answers.imprecise }}">{{ "%.0f" | format(line.share) }}%</td>
<td class="n">{{ "—" if line.median_days is none else "%.0f" | format(line.median_days) }}</td></tr>{% endfor %}</tbody></table>
{% else %}<p class="dim">还没有核查结论。</p>{% endif %}
<h2>三、已核清暂不提示</h2>
{% if suppression.findings %}
<p>共 {{ n(suppression.findings) }} 条，30天内恢复提示 {{ n(suppression.soon) }} 条，最早的结论 {{ suppression.oldest }}。
到期、材料变化或部门数据更新后会作为“再现”重新提示。</p>
{% if "months" in charts %}{% call chart("months") %}<p class="caption">恢复提示的疑点（条），按月份</p>
{% endcall %}{% endif %}
<table class="small"><thead><tr><th>恢复提示的月份</th><th class="n">疑点（条）</th></tr></thead><tbody>
{% for month, count in suppression.months.items() %}<tr><td>{{ month or "未定" }}</td><td class="n">{{ n(count) }}</td></tr>
{% endfor %}</tbody></table>
<table class="small"><thead><tr><th>规则</th><th class="n">疑点（条）</th></tr></thead><tbody>
{% for rule, count in suppression.rules.items() %}<tr><td>{{ rule }} {{ titles_of_rules.get(rule, "") }}</td>
<td class="n">{{ n(count) }}</td></tr>{% endfor %}</tbody></table>
{% else %}<p class="dim">没有。</p>{% endif %}
"""

_CASES = """
<h2>四、案件</h2>
{% if cases.states %}
<table class="small"><thead><tr><th>状态</th>{% for state in cases.states %}<th class="n">{{ state }}</th>{% endfor %}
<th class="n">超期</th></tr></thead><tbody><tr><td>案件（户）</td>
{% for count in cases.states.values() %}<td class="n">{{ n(count) }}</td>{% endfor %}
<td class="n">{{ n(cases.overdue) }}</td></tr></tbody></table>
<table class="small"><thead><tr><th>镇街（应答复的）</th><th class="n">在办（户）</th><th class="n">超期（户）</th></tr></thead><tbody>
{% for town, open, overdue in towns %}<tr><td>{{ town }}</td><td class="n">{{ open }}</td><td class="n">{{ overdue }}</td></tr>
{% endfor %}</tbody></table>
<p class="dim">不足5的数以“&lt;5”表示，可推算的数以“—”隐去；准确数见各镇街工作簿（限授权人员）。</p>
{% else %}<p class="dim">没有案件状态。</p>{% endif %}
"""

_FEEDS = """
<h2>五、部门数据</h2>
{{ chart("ages") }}
<table class="small"><thead><tr><th>数据</th><th>状态</th><th>数据时点</th><th class="n">距今（天）</th>
<th class="n">允许（天）</th><th class="n">在用行数</th><th class="n">比中（人）</th><th class="n">读入</th>
<th class="n">隔离</th><th class="n">重复</th></tr></thead><tbody>
{% for feed, told in feeds %}<tr><td>{{ told.title or feed }}</td>
<td class="{{ "bad" if told.status != "fresh" }}">{{ feed_status.get(told.status, told.status) }}</td>
<td class="day">{{ told.snapshot_date or "—" }}</td><td class="n">{{ n(told.age_days) }}</td><td class="n">{{ n(told.max_age_days) }}</td>
<td class="n">{{ n(metrics.get(feed, {}).rows) }}</td><td class="n">{{ n(metrics.get(feed, {}).matched_persons) }}</td>
<td class="n">{{ n(told.rows_read) }}</td><td class="n">{{ n(told.quarantined) }}</td>
<td class="n">{{ n((told.duplicate or 0) + (told.superseded or 0)) }}</td></tr>{% endfor %}</tbody></table>
{% if "rows" in charts %}<h3>近{{ grid | length }}夜在用行数（各图自零起，刻度不同）</h3>{{ chart("rows") }}{% endif %}
"""

_GATES = """
<h2>六、近{{ grid | length }}夜关口</h2>
<table class="small grid"><thead><tr><th>比对日</th>{% for kind in kinds %}<th>{{ kind }}</th>{% endfor %}<th>结果</th></tr></thead>
<tbody>{% for as_of, fate, cells in grid %}<tr class="{{ fate }}"><td class="day">{{ as_of }}</td>
{% for cell, mark in cells %}<td class="{{ cell.status if cell else "" }}">{{ mark }}</td>{% endfor %}
<td class="{{ "failed" if fate == "held" }}">{{ fates[fate] }}</td></tr>{% endfor %}</tbody></table>
<p class="dim">✓ 通过　✗ 未过（数字为未过的项数）　少：超出界限但行数太少，只作提示　–：没有历史可比</p>
"""

_HISTORY = """
<h2>附表：近{{ grid | length }}夜部门数据（在用行数 / 比中人数 / 隔离行数）</h2>
{% for block in blocks %}
<table class="small"><thead><tr><th>比对日</th>{% for title in block.titles %}<th class="n">{{ title }}</th>{% endfor %}</tr></thead>
<tbody>{% for row in block.rows %}<tr><td class="day">{{ row[0].as_of }}</td>
{% for one in row %}<td class="n">{% if one.rows is none %}<span class="dim">{{ feed_status.get(one.status, "") }}</span>
{% else %}{{ n(one.rows) }} / {{ n(one.matched) or "—" }} / {{ n(one.quarantined) }}{% endif %}</td>{% endfor %}
</tr>{% endfor %}</tbody></table>
{% else %}<p class="dim">没有。</p>{% endfor %}
"""

PAGE: Final = (
    """<!doctype html>
<html lang="zh-CN">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>运行概况 {{ as_of }}</title><style>{{ style | safe }}</style></head>
<body><main>"""
    + _MACROS
    + _GLANCE
    + _RULES
    + _ANSWERS
    + _CASES
    + _FEEDS
    + _GATES
    + _HISTORY
    + """
<p class="dim">本页只含计数、比例、日期和规则、数据、镇街名称，不含任何个人信息。</p>
</main></body></html>
"""
)
