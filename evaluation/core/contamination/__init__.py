"""Does a declared sample of training data hold the items of a suite? Word and character n-grams of both.

Names alone stand here: the portal knows them without loading the libraries that compute.
"""

VERSION = 1  # of the method: normalisation, lengths of n-grams, control texts
SPEC_SCHEMA = "contamination-spec/1"
GAP_SCHEMA = "paraphrase-spec/1"
