"""Does a declared sample of training data hold the items of a suite? Word and character n-grams, by `python -m evaluation.core.contamination.run`."""
