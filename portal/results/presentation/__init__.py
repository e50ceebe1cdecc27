"""What the result pages show, made from the public bundle alone: a page cannot say more than the release does."""
