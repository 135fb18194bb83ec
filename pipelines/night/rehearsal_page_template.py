"""The template of a rehearsal's page. Inline style and drawings only: it needs no other file and no network, and prints on A4."""

STYLE = """
@page { size: A4; margin: 16mm 14mm; }
:root { --line: #d5dae1; --ink: #1c2733; --dim: #5d6b7a; --bad: #b3261e; }
* { box-sizing: border-box; }
body { margin: 0; padding: 2rem; color: var(--ink); background: #f6f8fa;
  font: 14px/1.6 "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; }
main { max-width: 60rem; margin: 0 auto; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; } h2 { font-size: 1.1rem; margin: 1.6rem 0 .4rem; break-after: avoid; }
p { margin: .25rem 0; } ul { margin: .25rem 0; padding-left: 1.3rem; } .dim { color: var(--dim); }
.warn { color: var(--bad); font-weight: 600; }
table { width: 100%; border-collapse: collapse; background: #fff; border: 1px solid var(--line); margin: .3rem 0 .8rem; }
th, td { padding: .3rem .5rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
td { overflow-wrap: anywhere; } thead { display: table-header-group; } tr, svg { break-inside: avoid; }
th { background: #eef2f6; font-weight: 600; }
th.n, td.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
svg.bars { width: 100%; height: auto; background: #fff; border: 1px solid var(--line); font-size: 12px; }
.figures { display: flex; flex-wrap: wrap; gap: .6rem; margin: .6rem 0; }
.figures div { flex: 1 1 9rem; background: #fff; border: 1px solid var(--line); padding: .5rem .7rem; }
.figures b { display: block; font-size: 1.25rem; font-variant-numeric: tabular-nums; }
@media print { body { background: #fff; padding: 0; font-size: 10.5pt; } main { max-width: none; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
"""

PAGE = """<!doctype html>
<html lang="zh-CN">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>政策变更彩排报告 {{ as_of }}</title><style>{{ style | safe }}</style></head>
<body><main>
{% macro moves_table(rows, first) %}
<table><thead><tr><th>{{ first }}</th><th class="n">在册</th><th class="n">现行口径在名单</th><th class="n">拟改口径在名单</th>
<th class="n">进入</th><th class="n">退出</th></tr></thead><tbody>
{% for row in rows %}<tr><td>{{ row.key }}</td>
{% for name in ("in_scope", "before", "after", "entering", "leaving") %}<td class="n">{{ row[name] }}</td>{% endfor %}</tr>
{% endfor %}</tbody></table>
{% endmacro %}
{% macro plain_table(rows, columns) %}
<table><thead><tr>{% for name in columns %}<th>{{ name }}</th>{% endfor %}</tr></thead><tbody>
{% for row in rows %}<tr>{% for value in row %}<td>{{ value if value is not none else "" }}</td>{% endfor %}</tr>
{% endfor %}</tbody></table>
{% endmacro %}
<h1>政策变更彩排报告</h1>
{% for label, told in notes.items() %}<p>{{ label }}：{{ told }}</p>{% endfor %}
<p class="dim">彩排在已发布各夜的数据快照上，用同一程序分别按现行口径和拟改口径重新判断；不发布，不改变任何案件、疑点和核查记录。
名单所列均为疑点线索，须经核实，不是处理决定。</p>

<h2>一、结论（比对日 {{ as_of }}）</h2>
<div class="figures">
{% for label, count in headline %}<div>{{ label }}<b>{{ "{:,}".format(count.before) }} → {{ "{:,}".format(count.after) }}</b>
进入 {{ "{:,}".format(count.entering) }}，退出 {{ "{:,}".format(count.leaving) }}</div>{% endfor %}
</div>
<table><tbody>{% for label, told in workload.items() %}<tr><td>{{ label }}</td><td>{{ told }}</td></tr>{% endfor %}
<tr><td>核查结论回放</td><td>{{ verdicts }}</td></tr></tbody></table>
{% for told in warnings %}<p class="warn">{{ told }}</p>{% endfor %}

<h2>二、政策改了什么</h2>
{% if sentences %}<ul>{% for told in sentences %}<li>{{ told }}</li>{% endfor %}</ul>
{% else %}<p>两套口径在所彩排的比对日没有差别。</p>{% endif %}

<h2>三、数据</h2>
{{ plain_table(feeds, ("数据", "状态", "数据时点", "距比对日（天）")) }}

{% if nights | length > 1 %}
<h2>各夜命中家庭（户）</h2>
<table><thead><tr><th>比对日</th><th class="n">现行口径</th><th class="n">拟改口径</th><th class="n">进入</th>
<th class="n">退出</th></tr></thead><tbody>
{% for day, count in nights %}<tr><td>{{ day }}</td>
{% for number in (count.before, count.after, count.entering, count.leaving) %}
<td class="n">{{ "{:,}".format(number) }}</td>{% endfor %}</tr>
{% endfor %}</tbody></table>
{% endif %}

<h2>四、按规则（疑点，条）</h2>
{{ rule_bars | safe }}
<table><thead><tr><th>规则</th><th>现行</th><th>拟改</th><th>数据</th><th class="n">现行在名单</th><th class="n">拟改在名单</th>
<th class="n">进入</th><th class="n">退出</th><th class="n">待定 现行→拟改</th></tr></thead><tbody>
{% for row in rules %}<tr><td>{{ row.rule_id }} {{ row.title }}</td><td>{{ "启用" if row.is_on_before else "停用" }}</td>
<td>{{ "启用" if row.is_on_after else "停用" }}</td><td>{{ status_zh.get(row.status, row.status) }}</td>
{% for name in ("before", "after", "entering", "leaving") %}<td class="n">{{ "{:,}".format(row[name]) }}</td>{% endfor %}
<td class="n">{{ row.undetermined or 0 }} → {{ row.undetermined_after or 0 }}</td></tr>
{% endfor %}</tbody></table>

<h2>五、按镇街（命中家庭，户）</h2>
{{ town_bars | safe }}
{{ moves_table(groups["镇街"], "镇街") }}
<h2>六、人群</h2>
{{ moves_table(groups["救助类别"], "救助类别（户）") }}
{{ moves_table(groups["年龄"], "年龄（人，按比对日周岁）") }}
{{ moves_table(groups["性别"], "性别（人）") }}
{% if not is_clear %}<p class="dim">不足5的数以“<5”表示，同行可推算的数以“—”隐去；准确数见随附工作簿（限授权人员）。</p>{% endif %}

<h2>七、其他变化（不进不出名单，条或户）</h2>
{% if changes %}{{ plain_table(changes, ("变化项", "现行口径", "拟改口径", "数量")) }}{% else %}<p>无。</p>{% endif %}
{% for title, rows, columns, more in named %}
<h2>{{ title }}</h2>
{{ plain_table(rows, columns) }}
{% if more %}<p class="dim">另有 {{ "{:,}".format(more) }} 条，见随附工作簿。</p>{% endif %}
{% endfor %}
<p class="dim">{% if is_clear %}本页含个人信息，限授权人员使用，已登记。
{% else %}本页只含计数、日期和政策条文，不含任何个人信息。{% endif %}</p>
</main></body></html>
"""
