"""Templates of the results pages. Inline style only: a page needs no other file and no network."""

STYLE = """
:root { --line: #d5dae1; --ink: #1c2733; --dim: #5d6b7a; --ok: #1d7a46; --bad: #b3261e; --warn: #9a5b00; }
* { box-sizing: border-box; }
body { margin: 0; padding: 2rem; color: var(--ink); background: #f6f8fa;
  font: 15px/1.6 "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; }
main { max-width: 66rem; margin: 0 auto; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
p { margin: .25rem 0; } .dim { color: var(--dim); } a { color: #0b5cad; }
table { width: 100%; border-collapse: collapse; background: #fff; border: 1px solid var(--line); }
th, td { padding: .45rem .7rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
th { background: #eef2f6; font-weight: 600; white-space: nowrap; }
th.number, td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.passed { color: var(--ok); } .failed.critical { color: var(--bad); font-weight: 600; }
.failed.warning { color: var(--warn); font-weight: 600; } .no_history, .too_few, .not_assessed { color: var(--dim); }
code { color: var(--dim); font-size: .85em; }
@media print { body { background: #fff; padding: 0; } }
"""

_HEAD = """<!doctype html>
<html lang="zh-CN">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>%s</title><style>{{ style | safe }}</style></head>
<body><main>
"""

_FOOT = """<p class="dim">本页只含计数、比例、日期和列名，不含任何个人信息。</p>
</main></body></html>
"""

FEED_PAGE = (
    _HEAD % "{{ one.title }} 数据核验结果"
    + """<p><a href="index.html">← 全部数据</a></p>
<h1>{{ one.title }} <code>{{ one.feed }}</code></h1>
<p>比对日 {{ one.as_of }}　数据时点 {{ one.snapshot_date or "—" }}　距今
{{ "—" if one.age_days is none else one.age_days }} 天　状态 {{ state_zh[one.status] }}</p>
<p>{{ totals.checks }} 项：符合 {{ totals.passed }}，阻断 {{ totals.critical }}，提示 {{ totals.warnings }}，
未判 {{ totals.not_judged }}</p>
{% for message in one.messages %}
<p class="failed warning">{{ message }}</p>
{% endfor %}
<h2>行数平账</h2>
<table><tr><th>快照</th><th class="number">读入</th><th class="number">去向合计</th><th>去向</th><th>结果</th></tr>
{% for account in one.accounts %}
<tr><td>{{ account.name }}</td><td class="number">{{ "{:,}".format(account.left) }}</td>
<td class="number">{{ "{:,}".format(account.right) }}</td><td>{{ account.detail }}</td>
<td class="{{ "passed" if account.holds else "failed critical" }}">{{ "平" if account.holds else "不平" }}</td></tr>
{% else %}
<tr><td colspan="5" class="dim">没有在用的快照</td></tr>
{% endfor %}
</table>
<h2>核验项</h2>
<table><tr><th>核验项</th><th>级别</th><th class="number">实际</th><th class="number">要求</th><th>结果</th></tr>
{% for result in one.results %}
<tr><td>{{ result.expectation.description }}<br><code>{{ result.expectation.name }}</code></td>
<td>{{ severity_zh[result.expectation.severity] }}</td><td class="number">{{ result.observed_text }}</td>
<td class="number">{{ result.expected_text }}</td>
<td class="{{ result.status }} {{ result.expectation.severity }}">{{ status_zh[result.status] }}
{% if result.note %}<br><span class="dim">{{ result.note }}</span>{% endif %}</td></tr>
{% endfor %}
</table>
"""
    + _FOOT
)

INDEX_PAGE = (
    _HEAD % "数据核验结果 {{ as_of }}"
    + """<h1>数据核验结果</h1><p>比对日 {{ as_of }}</p>
<table><tr><th>数据</th><th>状态</th><th>数据时点</th><th class="number">距今（天）</th><th>平账</th>
<th class="number">核验项</th><th class="number">符合</th>
<th class="number">阻断</th><th class="number">提示</th><th class="number">未判</th></tr>
{% for feed in feeds %}
<tr><td><a href="{{ feed.feed }}.html">{{ feed.title }}</a> <code>{{ feed.feed }}</code></td>
<td>{{ state_zh[feed.status] }}</td><td>{{ feed.snapshot_date or "—" }}</td>
<td class="number">{{ "—" if feed.age_days is none else feed.age_days }}</td>
{% if feed.books_hold is none %}<td>—</td>{% else %}
<td class="{{ "passed" if feed.books_hold else "failed critical" }}">{{ "平" if feed.books_hold else "不平" }}</td>{% endif %}
<td class="number">{{ feed.checks }}</td><td class="number">{{ feed.passed }}</td>
<td class="number {{ "failed critical" if feed.critical }}">{{ feed.critical }}</td>
<td class="number {{ "failed warning" if feed.warnings }}">{{ feed.warnings }}</td>
<td class="number">{{ feed.not_judged }}</td></tr>
{% endfor %}
</table>
{% if absent %}<p class="dim">未交付，本次未核（不等于无问题）：{{ absent | join("、") }}</p>{% endif %}
"""
    + _FOOT
)
