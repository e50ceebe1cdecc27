"""What `manage.py check` says about the store before anybody sends bytes."""

from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register

from portal.artifacts.errors import StoreKeyError
from portal.artifacts.stores.masters import present_master, sealing_wanted


@register(Tags.security)
def check_store_key(**options: Any) -> list[CheckMessage]:
    """A key file that is named but not usable would refuse every upload."""
    if not sealing_wanted():
        return []
    try:
        present_master()
    except StoreKeyError as error:
        return [Error(str(error), id="artifacts.E001")]
    return []
