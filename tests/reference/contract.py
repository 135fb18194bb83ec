"""What feeds.md section 3 says of the five feeds, copied by hand: fields, types, headers, codes, keys.

Written from the spec alone; it shares nothing with data/feeds.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Field:
    """One column of a feed: its name, type, accepted headers, whether it must be there, its codes or unit."""

    name: str
    kind: str
    headers: tuple[str, ...]
    required: bool = False
    codes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    unit: str = "元"


@dataclass(frozen=True)
class Feed:
    """One department's delivery: its fields and how old it may be."""

    name: str
    fields: tuple[Field, ...]
    max_age_days: int = 35

    def required(self) -> list[str]:
        """The columns that must be there."""
        return [f.name for f in self.fields if f.required]


def code(name: str, headers: str, codes: dict[str, str], *, required: bool = False) -> Field:
    """A code field; the texts of each code are written with blanks between them."""
    return Field(name, "code", tuple(headers.split()), required, {k: tuple(v.split()) for k, v in codes.items()})


def plain(name: str, kind: str, headers: str, *, required: bool = False, unit: str = "元") -> Field:
    return Field(name, kind, tuple(headers.split()), required, unit=unit)


ROSTER = Feed(
    "roster",
    (
        plain("household_id", "text", "家庭编号 户编号 FAMILY_ID", required=True),
        plain("id_number", "id", "身份证号 公民身份号码 证件号码 ID_CARD", required=True),
        plain("name", "name", "姓名 成员姓名", required=True),
        code(
            "relation",
            "与户主关系 关系",
            {
                "02": "户主 本人",
                "10": "配偶",
                "20": "子",
                "30": "女",
                "40": "孙子女",
                "50": "父母",
                "60": "祖父母",
                "70": "兄弟姐妹",
                "80": "其他",
            },
            required=True,
        ),
        code(
            "benefit",
            "救助类别 保障类别",
            {
                "dibao_urban": "城市低保",
                "dibao_rural": "农村低保",
                "tekun_central": "集中供养 特困集中供养",
                "tekun_scattered": "分散供养 特困分散供养",
                "margin": "低保边缘 低保边缘家庭",
                "rigid": "刚性支出困难家庭",
            },
            required=True,
        ),
        code("covered", "是否享受 是否保障对象", {"yes": "是 1 Y", "no": "否 0 N"}, required=True),
        code("single", "单人保", {"yes": "是", "no": "否"}),
        plain("town", "text", "镇街 乡镇（街道） 街道", required=True),
        plain("village", "text", "村（社区） 社区 村居"),
        plain("region_code", "text", "行政区划代码"),
        plain("monthly_income", "money", "月收入 个人月收入"),
        plain("monthly_amount", "money", "月保障金额 月补助金额"),
        plain("approved_month", "month", "批准年月 享受起始年月"),
        plain("last_review_on", "date", "最近复核日期 复核日期"),
        plain("grace_from", "date", "渐退期起"),
        plain("grace_to", "date", "渐退期止"),
        code("status", "在保状态", {"active": "在保 正常", "stopped": "停发 退出"}),
        plain("account_holder", "name", "开户人"),
        plain("account_no", "text", "银行账号"),
    ),
    max_age_days=5,
)

SOCIAL_INSURANCE = Feed(
    "social_insurance",
    (
        plain("id_number", "id", "身份证号 社会保障号码 AAC002", required=True),
        plain("name", "name", "姓名 AAC003"),
        code(
            "insurance_type",
            "险种 险种类型 AAE140",
            {
                "employee": "110 企业职工基本养老保险 职工养老",
                "institution": "120 机关事业单位养老保险",
                "resident": "150 170 城乡居民基本养老保险 居民养老",
            },
            required=True,
        ),
        code(
            "enrol_status",
            "参保状态 人员参保状态 AAC008",
            {"none": "0 未参保", "active": "1 正常参保", "suspended": "2 暂停参保", "terminated": "4 终止参保"},
            required=True,
        ),
        code(
            "benefit_status",
            "待遇发放状态 待遇状态 AAE116",
            {"paying": "1 正常发放", "suspended": "2 暂停发放", "ended": "3 终止发放"},
        ),
        plain("benefit_amount", "money", "待遇金额 月养老金 AAE019"),
        code("payer_kind", "缴费人员类别 参保身份", {"employed": "101 单位在业", "self": "102 个体缴费 灵活就业"}),
        plain("employer", "text", "单位名称 参保单位 AAB004"),
        plain("wage_base", "money", "缴费基数 AAE180"),
        plain("enrolled_on", "date", "参保日期"),
        plain("stopped_on", "date", "终止日期"),
        plain("last_paid_month", "month", "最近缴费月份 费款所属期 AAE003"),
        code(
            "stop_reason",
            "终止原因",
            {
                "death": "1401 死亡",
                "abroad": "1406 出国（境）定居",
                "to_employee": "1407 参加职工养老保险",
                "other": "1499 其他",
            },
        ),
    ),
)

VEHICLE = Feed(
    "vehicle",
    (
        plain("id_number", "id", "证件号码 身份证号 SFZMHM", required=True),
        plain("name", "name", "机动车所有人 所有人 SYR"),
        plain("plate_no", "text", "号牌号码 车牌号 HPHM", required=True),
        plain("issuing_office", "text", "发证机关 FZJG"),
        plain("plate_type", "text", "号牌种类 HPZL"),
        plain("vehicle_type", "text", "车辆类型 CLLX"),
        plain("status", "text", "机动车状态 状态 ZT", required=True),
        plain("use", "text", "使用性质 SYXZ"),
        plain("vin", "text", "车辆识别代号 CLSBDH"),
        plain("brand", "text", "品牌 车辆品牌 CLPP"),
        plain("registered_on", "date", "初次登记日期 CCDJRQ"),
        plain("transferred_on", "date", "转移登记日期"),
        plain("deregistered_on", "date", "注销日期"),
        plain("inspected_until", "date", "检验有效期止 YXQZ"),
        plain("scrap_by", "date", "强制报废期止 QZBFQZ"),
        plain("assessed_value", "money", "评估价值 现值"),
    ),
)

PROPERTY = Feed(
    "property",
    (
        plain("id_number", "id", "权利人证件号码 证件号码 身份证号 ZJH", required=True),
        plain("name", "name", "权利人 QLRMC"),
        plain("unit_no", "text", "不动产单元号 BDCDYH"),
        plain("cert_no", "text", "不动产权证号 BDCQZH"),
        code(
            "use",
            "用途 规划用途 房屋用途 FWYT",
            {
                "dwelling": "10 11 111 112 12 13 住宅 成套住宅 非成套住宅 别墅 公寓 农村宅基地住宅",
                "shop": "30 31 32 33 34 35 36 37 38 39 商业 商铺 门面",
                "office": "60 办公",
                "parking": "车位 车库",
                "storage": "储藏室 仓储",
                "other": "其他",
            },
        ),
        code(
            "acquisition",
            "取得方式 登记原因 DJYY",
            {
                "buy_new": "购买新建商品房 商品房买卖 买卖",
                "buy_second": "存量房买卖 二手房买卖",
                "auction": "司法拍卖",
                "relocation": "征收安置 征地拆迁 拆迁安置 还房",
                "inherit": "继承 受遗赠",
                "gift": "赠与",
                "divorce": "离婚析产",
                "self_build": "自建 新建",
                "reform": "房改",
                "correction": "更正 换证 变更",
                "other": "其他",
            },
        ),
        plain("registered_on", "date", "登记时间 登记日期 DJSJ", required=True),
        plain("contract_on", "date", "网签日期 合同备案日期"),
        plain("area", "dec", "建筑面积 JZMJ"),
        plain("location", "text", "坐落 ZL"),
        code(
            "right_status",
            "权属状态 QSZT",
            {"current": "1 现势", "historic": "2 历史", "temporary": "0 临时"},
        ),
        plain("price", "money", "交易价格 JYJG"),
    ),
)

BUSINESS = Feed(
    "business",
    (
        plain("id_number", "id", "证件号码 身份证号 CERNO", required=True),
        plain("name", "name", "姓名 NAME"),
        plain("uscc", "text", "统一社会信用代码 UNISCID"),
        plain("entity_name", "text", "市场主体名称 企业名称 ENTNAME", required=True),
        plain("entity_type", "text", "市场主体类型 企业类型 ENTTYPE"),
        code(
            "role",
            "人员类型 角色 职务",
            {
                "operator": "经营者",
                "legal_rep": "法定代表人 负责人",
                "shareholder": "股东 投资人",
                "partner": "合伙人",
                "coop_member": "社员 成员",
                "officer": "董事 监事 经理",
            },
            required=True,
        ),
        code(
            "status",
            "登记状态 经营状态 REGSTATE",
            {
                "active": "1 存续 在营 开业 在册 存续（在营、开业、在册）",
                "revoked": "2 吊销未注销 吊销，未注销",
                "revoked_closed": "3 吊销已注销",
                "closed": "4 注销",
                "annulled": "5 撤销",
                "moved": "6 迁出",
                "other": "9 其他",
            },
            required=True,
        ),
        plain("established_on", "date", "成立日期 ESTDATE"),
        plain("closed_on", "date", "注销日期 CANDATE"),
        plain("subscribed_capital", "money", "认缴出资额 SUBCONAM", unit="万元"),
    ),
)

FEEDS = {feed.name: feed for feed in (ROSTER, SOCIAL_INSURANCE, VEHICLE, PROPERTY, BUSINESS)}

PLATE_TYPES = {
    "大型汽车": "01",
    "小型汽车": "02",
    "普通摩托车": "07",
    "两、三轮摩托车": "07",
    "轻便摩托车": "08",
    "低速车": "13",
    "拖拉机": "14",
    "挂车": "15",
    "大型新能源汽车": "51",
    "小型新能源汽车": "52",
}
VEHICLE_TYPES = {
    "小型轿车": "K33",
    "小型普通客车": "K31",
    "小型越野客车": "K32",
    "轻型普通货车": "H31",
    "普通二轮摩托车": "M21",
    "轻便二轮摩托车": "M22",
    "普通正三轮摩托车": "M11",
}
VEHICLE_STATES = {
    "正常": "A",
    "转出": "B",
    "被盗抢": "C",
    "停驶": "D",
    "注销": "E",
    "违法未处理": "G",
    "海关监管": "H",
    "事故未处理": "I",
    "嫌疑车": "J",
    "查封": "K",
    "扣留": "L",
    "强制注销": "M",
    "事故逃逸": "N",
    "锁定": "O",
    "达到报废标准公告牌证作废": "P",
    "逾期未检验": "Q",
}
