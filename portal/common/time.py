"""Times as the programme's notices write them."""

from datetime import datetime
from zoneinfo import ZoneInfo

KST = ZoneInfo("Asia/Seoul")


def kst(moment: datetime) -> str:
    """An aware moment in Korean standard time: "2026. 1. 15. 15:00 KST". A naive one raises ValueError."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment!r} has no time zone; pass an aware datetime.")
    local = moment.astimezone(KST)
    return f"{local.year}. {local.month}. {local.day}. {local:%H:%M} KST"


def kst_date(moment: datetime) -> str:
    """The day alone: "2026. 1. 15."."""
    return kst(moment).rsplit(" ", 2)[0]
