"""Source B: a model that a server of the team's own answers for (docs/serving.md)."""
