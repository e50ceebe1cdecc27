"""The engine writes its reports in English; these are all its sentences, so that pages can say them in Korean."""

from django.utils.translation import gettext, gettext_noop

SENTENCES = (
    gettext_noop("direction not determined"),
    gettext_noop("direction not determined: common origin is symmetric"),
    gettext_noop("distillation, and reuse of data or of a recipe, leave no trace in weights"),
    gettext_noop("a parent that is not in the registry cannot be found"),
    gettext_noop("full disguise with random sign flips is outside the exact tests"),
    gettext_noop(
        "two models from one initial seed agree in their signs without any reuse; a step-0 checkpoint tells them apart"
    ),
    gettext_noop("the candidate's tensor roles were guessed from shapes and words in names"),
    gettext_noop("the reference's tensor roles were guessed from shapes and words in names"),
    gettext_noop("equality and variance were estimated on a public sample of each tensor"),
    gettext_noop("sign test: no block of the two models has units of the same shape"),
    gettext_noop("embedding by channel: too few token strings are shared"),
    gettext_noop("embedding by channel: the widths differ"),
    gettext_noop("joint test of norm gains: the widths differ"),
    gettext_noop("joint test of norm gains: no norm has a counterpart"),
    gettext_noop("exact equality and variance: no tensor of equal role and shape"),
    gettext_noop("alignment T3: needs the candidate's weights, only its sketch is at hand"),
    gettext_noop("alignment T3: too few shared strings with embeddings on both sides"),
    gettext_noop("norm_gain_cosine"),
    gettext_noop("norm_gain_pearson"),
    gettext_noop("layer_sd_profile_correlation"),
    gettext_noop("variance_explained"),
    gettext_noop("equal_element_fraction"),
    gettext_noop("the same gains in random channel order"),
    gettext_noop("independent channels"),
    gettext_noop("no correlation"),
    gettext_noop("unrelated pairs of the registry"),
    gettext_noop("Σ p_A(v)·p_B(v) of the histograms"),
    gettext_noop("has no elements"),
    gettext_noop("integers and quantised numbers are not compared"),
    gettext_noop("a buffer that the architecture determines"),
    gettext_noop("some elements are NaN or infinite"),
    gettext_noop("all zero"),
    gettext_noop("all one"),
    gettext_noop("one constant value"),
    gettext_noop("a monotone series, as rotary frequencies are"),
    gettext_noop("all rows are equal"),
    gettext_noop("a sinusoidal position table"),
    gettext_noop("signs"),
    gettext_noop("unit permutation"),
    gettext_noop("channel permutation"),
    gettext_noop("exact"),
    gettext_noop("bound"),
    gettext_noop("shown"),
    gettext_noop("not shown"),
    gettext_noop("not applicable"),
    gettext_noop("no block with free signs has the same shape on both sides"),
    gettext_noop("first loss"),
    gettext_noop("loss falls"),
    gettext_noop("tokens rise"),
    gettext_noop("clock runs forward"),
    gettext_noop("no loss in the logs"),
    gettext_noop("the size of the vocabulary is not known"),
    gettext_noop("no token counts in the logs"),
    gettext_noop("the logs carry no times"),
    gettext_noop("a body reused under new embeddings also starts at ln V: the weights decide, not the curve"),
    gettext_noop("logs are what the team handed in; digests deposited during training bind them in time"),
)


def said(sentence: str) -> str:
    """Return an engine's sentence in the reader's language; what is not known is shown as it is."""
    return gettext(sentence) if sentence else ""
