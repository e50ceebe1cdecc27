"""Pages of originality, by what they show."""
