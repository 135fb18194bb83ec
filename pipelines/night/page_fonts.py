"""The fonts of our pages: of the reader's machine, the first that is there. No page brings or fetches one."""

from typing import Final

FONTS: Final = (
    "PingFang SC, Microsoft YaHei, Noto Sans CJK SC, Noto Sans SC, Source Han Sans SC, WenQuanYi Micro Hei, SimHei, "
    "SimSun, sans-serif"
)
"""Macs, Windows, common Linux desktops, then whatever the browser takes for Chinese."""
