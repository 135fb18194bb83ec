"""The vocabulary of what is set aside: reasons of quarantine, kinds of skipped rows, each with its Chinese label.

The values are stable: they stand in load reports, exports and checks.
"""

from enum import StrEnum


class Reason(StrEnum):
    """Why a row went into quarantine (feeds.md section 2)."""

    ID_EMPTY = "id_empty"
    ID_CHECK_DIGIT = "id_check_digit"
    ID_BIRTH_DATE = "id_birth_date"
    ID_FUTURE_BIRTH = "id_future_birth"
    ID_LENGTH = "id_length"
    ID_CHARACTERS = "id_characters"
    ID_SCIENTIFIC = "id_scientific"
    ID_ROUNDED = "id_rounded"
    ID_RESERVED = "id_reserved"
    ID_OTHER_DOCUMENTS = "id_other_documents"
    VALUE_MISSING = "value_missing"
    DATE_UNREADABLE = "date_unreadable"
    MONTH_UNREADABLE = "month_unreadable"
    ROW_SHAPE = "row_shape"
    ROW_CUT_OFF = "row_cut_off"

    @property
    def label_zh(self) -> str:
        """What staff and the department read."""
        return _REASONS_ZH[self]


class Skip(StrEnum):
    """Rows that are no data of the feed: counted, and kept out."""

    TITLE = "title"
    BLANK = "blank"
    TOTAL = "total"
    NOTE = "note"
    REPEATED_HEADER = "repeated_header"
    OTHER_DOCUMENT = "other_document"

    @property
    def label_zh(self) -> str:
        """What staff and the department read."""
        return _SKIPS_ZH[self]


_REASONS_ZH = {
    Reason.ID_EMPTY: "身份证号为空",
    Reason.ID_CHECK_DIGIT: "身份证号校验位不符",
    Reason.ID_BIRTH_DATE: "身份证号中的出生日期不存在",
    Reason.ID_FUTURE_BIRTH: "身份证号中的出生日期晚于数据时点",
    Reason.ID_LENGTH: "身份证号位数不对",
    Reason.ID_CHARACTERS: "身份证号含有不该有的字符",
    Reason.ID_SCIENTIFIC: "身份证号是科学计数法，末几位已丢失，请按文本格式重新导出",
    Reason.ID_ROUNDED: "身份证号按数值存储，末几位已丢失，请按文本格式重新导出",
    Reason.ID_RESERVED: "身份证号是程序保留的虚构号码（000947 开头），不可能属于任何人，请核对来源",
    Reason.ID_OTHER_DOCUMENTS: "各方均为其他证件，没有可识别的身份证号",
    Reason.VALUE_MISSING: "必填项为空",
    Reason.DATE_UNREADABLE: "必填日期无法识别",
    Reason.MONTH_UNREADABLE: "必填年月无法识别",
    Reason.ROW_SHAPE: "单元格多于表头，疑有多余的分隔符",
    Reason.ROW_CUT_OFF: "末行不完整，疑似文件被截断",
}

_SKIPS_ZH = {
    Skip.TITLE: "表头上方的标题行",
    Skip.BLANK: "空行",
    Skip.TOTAL: "合计行",
    Skip.NOTE: "表尾说明",
    Skip.REPEATED_HEADER: "重复的表头",
    Skip.OTHER_DOCUMENT: "其他证件（护照、港澳台证件、统一社会信用代码）",
}
