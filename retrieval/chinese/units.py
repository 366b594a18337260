"""Units of measure as Chinese writes them, by what they measure.

In the shape of `retrieval.units`, whose base units these factors are of. 斤 is 500 g and 寸, in shops, an inch.
"""

from __future__ import annotations

TABLE: dict[str, dict[str, float]] = {
    "length": {
        "毫米": 0.001, "厘米 公分": 0.01, "米 公尺": 1.0, "公里 千米": 1000.0, "英寸 寸 吋": 0.0254, "英尺": 0.3048,
    },
    "mass": {"毫克": 1e-6, "克": 0.001, "千克 公斤": 1.0, "斤 市斤": 0.5, "两": 0.05, "吨": 1000.0, "磅": 0.45359237,
        "盎司": 0.0283495},
    "volume": {"毫升": 0.001, "升 公升": 1.0},
    "data": {"兆": 0.001},
    "power": {"瓦 瓦特": 1.0, "千瓦": 1000.0},
    "energy": {"度电": 1000.0},
    "charge": {"毫安 毫安时": 0.001},
    "voltage": {"伏 伏特": 1.0},
    "frequency": {"赫兹": 1.0, "兆赫": 1e6},
    "time": {"秒 秒钟": 1 / 3600, "分钟": 1 / 60, "小时 个小时": 1.0, "天": 24.0, "周 星期": 168.0},
    "age": {"个月 月龄": 1 / 12, "岁 周岁": 1.0},
    "light": {"流明": 1.0},
    "pixels": {"像素": 1e-6, "万像素": 0.01},
    "sound": {"分贝": 1.0},
    "persons": {"人 个人 人份 人座": 1.0},
    "temperature": {"摄氏度 度": 1.0},
}  # fmt: skip
"""Dimension -> names -> how many base units of that dimension."""

NAMES = tuple(
    sorted((name for rows in TABLE.values() for names in rows for name in names.split()), key=len, reverse=True)
)
"""All names, longest first."""
