"""What feeds.md section 4 says of the six feeds of people and money, copied by hand as in contract.py."""

from tests.reference.contract import FEEDS, Feed, code, plain

DEATH = Feed(
    "death",
    (
        plain("id_number", "id", "身份证号 死者身份证号", required=True),
        plain("name", "name", "姓名 死者姓名"),
        plain("death_on", "date", "死亡日期 死亡时间", required=True),
        code(
            "source",
            "数据来源",
            {"household_registry": "户籍注销 户口注销", "cremation": "火化", "certificate": "医学证明 死亡证明"},
            required=True,
        ),
        plain("cremated_on", "date", "火化日期"),
    ),
)

CUSTODY = Feed(
    "custody",
    (
        plain("id_number", "id", "身份证号", required=True),
        plain("name", "name", "姓名"),
        code(
            "custody_type",
            "类型 羁押类型",
            {
                "detention": "刑事拘留 逮捕 刑拘",
                "prison": "判决服刑 服刑",
                "rehab": "强制隔离戒毒",
                "community": "社区矫正 缓刑 管制",
            },
            required=True,
        ),
        plain("start_on", "date", "起始日期 开始日期", required=True),
        plain("end_on", "date", "截止日期 释放日期"),
    ),
)

HOUSING_FUND = Feed(
    "housing_fund",
    (
        plain("id_number", "id", "身份证号", required=True),
        plain("name", "name", "姓名"),
        plain("employer", "text", "单位名称"),
        code("status", "缴存状态 账户状态", {"active": "正常", "sealed": "封存", "closed": "销户"}, required=True),
        plain("base", "money", "缴存基数"),
        plain("balance", "money", "余额 账户余额"),
        plain("last_paid_month", "month", "最近缴存月份 末次汇缴月份"),
    ),
)

INCOME_TAX = Feed(
    "income_tax",
    (
        plain("id_number", "id", "纳税人识别号 身份证号", required=True),
        plain("name", "name", "姓名"),
        plain("period", "month", "税款所属期", required=True),
        code(
            "income_item",
            "所得项目",
            {
                "wage": "工资薪金 工资、薪金所得",
                "labour": "劳务报酬",
                "business": "经营所得",
                "property_transfer": "财产转让",
                "other": "其他",
            },
            required=True,
        ),
        plain("income", "money", "收入额", required=True),
        plain("payer", "text", "扣缴义务人"),
    ),
)

MARRIAGE = Feed(
    "marriage",
    (
        plain("id_number", "id", "身份证号 男方身份证号", required=True),
        plain("name", "name", "姓名 男方姓名"),
        plain("spouse_id_number", "id", "配偶身份证号 女方身份证号", required=True),
        plain("spouse_name", "name", "配偶姓名 女方姓名"),
        code(
            "event",
            "登记类型 业务类型",
            {"married": "结婚 补领结婚证 补领", "divorced": "离婚", "annulled": "撤销"},
            required=True,
        ),
        plain("event_on", "date", "登记日期", required=True),
        plain("certificate_no", "text", "证件号 证书编号"),
    ),
)

CARD_PROXIES = Feed(
    "card_proxies",
    (
        plain("household_id", "text", "家庭编号", required=True),
        plain("holder_name", "name", "代管人姓名", required=True),
        plain("filed_on", "date", "备案日期"),
    ),
)

PEOPLE_FEEDS = {feed.name: feed for feed in (DEATH, CUSTODY, HOUSING_FUND, INCOME_TAX, MARRIAGE, CARD_PROXIES)}
ALL_FEEDS = FEEDS | PEOPLE_FEEDS
