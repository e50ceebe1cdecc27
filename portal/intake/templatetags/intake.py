from typing import Any

from django import template

from portal.artifacts.models import Bundle
from portal.intake.selectors import weight_facts as facts_of

register = template.Library()


@register.inclusion_tag("intake/components/weight_facts.html")
def weight_facts(bundle: Bundle | None) -> dict[str, Any]:
    """What the check counted in the weights of a bundle, for whoever may see the bundle; nothing when it has none."""
    facts = facts_of(bundle) if bundle else None
    return {"facts": facts, "dtypes": ", ".join(sorted(facts.parameters)) if facts else ""}
