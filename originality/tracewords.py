"""What the checks of a training run write in English, for pages that say it in Korean; figures are in `figurewords`."""

from django.utils.translation import gettext_noop
from django.utils.translation import pgettext_lazy as _p

from originality.figurewords import figure_name

__all__ = ("LEVELS", "SENTENCES", "figure_name")

LEVELS = {
    0: _p("finding", "As expected"),
    1: _p("finding", "To be explained"),
    2: _p("finding", "Contradiction"),
}
SENTENCES = (
    gettext_noop("commitments"),
    gettext_noop("chain"),
    gettext_noop("step-0 law"),
    gettext_noop("seed binding"),
    gettext_noop("references"),
    gettext_noop("chain signs"),
    gettext_noop("step bound"),
    gettext_noop("drift"),
    gettext_noop("recomputed loss"),
    gettext_noop("benchmark trajectory"),
    gettext_noop("first loss"),
    gettext_noop("schedule"),
    gettext_noop("clipping"),
    gettext_noop("seams"),
    gettext_noop("clock"),
    gettext_noop("throughput"),
    gettext_noop("noise"),
    gettext_noop("digits"),
    gettext_noop("compute"),
    gettext_noop("loss rate"),
    gettext_noop("Adam or AdamW with declared β₁ and β₂"),
    gettext_noop(
        "Kingma and Ba (2015); Loshchilov and Hutter (2019); bound by Cauchy and Schwarz: |Δw| ≤ Σ η(κ + λ‖W‖∞)"
    ),
    gettext_noop(
        "Massart (1990): P(D > d) ≤ 2·exp(-2nd²); Davidson and Szarek (2001): P(s₁ > σ(√m + √n + t)) ≤ exp(-t²/2)"
    ),
    gettext_noop("a checkpoint does not carry the signs of the one before it"),
    gettext_noop("a checkpoint has one place in its run; steps and tokens only grow"),
    gettext_noop("a checkpoint lies off the curve of measured and logged losses"),
    gettext_noop("a checkpoint of step 0"),
    gettext_noop("a declared law of initialisation"),
    gettext_noop("a logged loss"),
    gettext_noop("a model that learns in this run passes through the abilities between chance and its end"),
    gettext_noop("a part of a checkpoint does not carry the signs of the one before it"),
    gettext_noop("a reference with units of the same shape"),
    gettext_noop("a score falls by half of what it had risen"),
    gettext_noop("an optimiser that is odd in the gradient"),
    gettext_noop("an optimiser whose steps are as long as its learning rate"),
    gettext_noop(
        "between a straight way (distance as Σ η) and a random walk (distance as √Σ η); bounds in docs/traceability.md"
    ),
    gettext_noop("fewer than five checkpoints have a measured loss"),
    gettext_noop("fewer than four checkpoints have scores"),
    gettext_noop("fewer than three checkpoints were measured"),
    gettext_noop("fewer than two checkpoints with their steps"),
    gettext_noop("five checkpoints without a declared change of data between them"),
    gettext_noop("learning rates logged or declared"),
    gettext_noop("losses measured at five checkpoints"),
    gettext_noop(
        "losses of one run on two texts lie on one smooth curve: Brandfonbrener and others (2024), Loss-"
        "to-loss prediction"
    ),
    gettext_noop("no block with free signs has the same shape on both sides"),
    gettext_noop("no checkpoint of step 0 was measured"),
    gettext_noop("no law of initialisation is declared"),
    gettext_noop("no learning rate is logged or declared for these steps"),
    gettext_noop("no loss in the logs"),
    gettext_noop("no optimiser is declared"),
    gettext_noop("no reference was compared"),
    gettext_noop("no score rises above its noise"),
    gettext_noop("no two checkpoints were measured"),
    gettext_noop("no weight moves between two checkpoints"),
    gettext_noop("not every step from one checkpoint to the next was measured"),
    gettext_noop("one checkpoint stands at two steps"),
    gettext_noop("one learning rate for all tensors"),
    gettext_noop("one leg is far longer than its neighbours and its learning rates predict"),
    gettext_noop("references frozen in the plan"),
    gettext_noop("scores at four checkpoints or more"),
    gettext_noop("scores rise in one short leg alone"),
    gettext_noop(
        "sign test: permutation tests of Zhu, Ahmed, Kuditipudi and Liang (ICML 2025) with the group of "
        "signs; Hoeffding (1963) bounds chance by exp(-z²/2)"
    ),
    gettext_noop("some tensors moved further than the learning rates allow; rates of their own would explain it"),
    gettext_noop("step 0 has gains or spectra that no initialiser draws"),
    gettext_noop("steps of plain gradient descent are as long as the gradients, whatever the learning rate"),
    gettext_noop("tensors of step 0 do not follow their declared law"),
    gettext_noop("the bound exceeds what strangers differ by: so many steps allow anything"),
    gettext_noop("the bound holds for Adam and AdamW alone"),
    gettext_noop("the data change between the checkpoints"),
    gettext_noop("the declared seed drawn again here gives these numbers"),
    gettext_noop("the final weights carry the signs of a reference"),
    gettext_noop("the final weights do not carry the signs of step 0"),
    gettext_noop("the logged loss does not reach the steps of five checkpoints"),
    gettext_noop("the measured loss rises where the logged one does not"),
    gettext_noop("the optimiser is not odd in the gradient"),
    gettext_noop("the way from step 0 turns more sharply than a random walk does"),
    gettext_noop("the weights come nearer to step 0 again"),
    gettext_noop("three checkpoints measured"),
    gettext_noop("tokens do not grow with the steps"),
    gettext_noop("too few units with free signs"),
    gettext_noop("two checkpoints measured"),
    gettext_noop("two checkpoints with their steps"),
    gettext_noop("units with free signs"),
    gettext_noop("weights kept in 32 bits while training"),
    gettext_noop("weights moved further than the learning rates allow"),
    gettext_noop("withheld text of the kind that was trained on"),
    gettext_noop(
        "6 operations a parameter and token (Kaplan et al. 2020), and attention 6·layers·width·length a "
        "token for the causal half; best published use of the peak: PaLM (Chowdhery et al. 2022), "
        "MegaScale (Jiang et al. 2024)"
    ),
    gettext_noop("a checkpoint has other tokens than the log at its step"),
    gettext_noop("a digest fixes content (SHA-256), and the ledger's chain of signed events fixes when it was known"),
    gettext_noop("a digest was known before the log says that its step was reached"),
    gettext_noop(
        "a digest was known before the log says that its step was reached; a lost part of the log would explain it"
    ),
    gettext_noop("a later start has earlier times"),
    gettext_noop("a learning rate in the logs"),
    gettext_noop("a loss in the logs"),
    gettext_noop("a norm is negative, which no norm is"),
    gettext_noop(
        "a program that goes on from its checkpoint goes on at the loss it had; jumps are counted in "
        "deviations of the noise around a straight line on either side"
    ),
    gettext_noop("a reference run of this size and vocabulary"),
    gettext_noop("a schedule declared with its steps"),
    gettext_noop("a threshold declared"),
    gettext_noop("active parameters declared"),
    gettext_noop("all norms lie below the threshold: nothing was clipped"),
    gettext_noop("all steps took exactly as long"),
    gettext_noop("at this step another digest was deposited than that of the checkpoint handed in"),
    gettext_noop("checkpoints handed in with their steps"),
    gettext_noop(
        "clipping by the global norm (Pascanu, Mikolov and Bengio 2013) sets every larger norm to the "
        "threshold; norms of gradients themselves have no edge"
    ),
    gettext_noop("digests deposited"),
    gettext_noop("fifty values of a noisy quantity in the logs"),
    gettext_noop(
        "fresh logits of variance s² give a loss of ln V + s²/2 (mean of a log-normal); by Jensen's "
        "inequality never less than ln V on average"
    ),
    gettext_noop("gradient norms in the logs"),
    gettext_noop("hours of cards granted or declared"),
    gettext_noop("how large the model is or how many tokens it saw is not known"),
    gettext_noop("how many tokens one value is a mean of is not known"),
    gettext_noop("more tokens a step than the declared batch has"),
    gettext_noop("no checkpoint was handed in with its step"),
    gettext_noop("no declared change of the data"),
    gettext_noop("no hours of cards are known"),
    gettext_noop("no learning rate in the logs"),
    gettext_noop("no log handed in begins with the bytes whose digest was deposited"),
    gettext_noop("no reference run of this size and vocabulary is at hand"),
    gettext_noop("no schedule is declared that could be drawn"),
    gettext_noop("no threshold is declared, and the norms show none"),
    gettext_noop("none of the checkpoints handed in was deposited"),
    gettext_noop("the logs do not tell when a checkpoint was reached"),
    gettext_noop("nothing is declared to compare the edge with"),
    gettext_noop("nothing stands beside the token counts"),
    gettext_noop("nothing was deposited while training ran"),
    gettext_noop("number of cards declared"),
    gettext_noop(
        "power laws of the loss in tokens (Kaplan et al. 2020; Hoffmann et al. 2022); models of one "
        "size, vocabulary and kind of text need tokens of one order of size to reach one loss"
    ),
    gettext_noop("size of the vocabulary declared"),
    gettext_noop("some checkpoints were deposited more than a week after their step"),
    gettext_noop("some checkpoints were not deposited: when they were made is not shown"),
    gettext_noop(
        "standard error of a mean: losses of single tokens spread by more than one nat, so the mean of n"
        " of them varies by more than 1/sqrt(n); neighbours in one text are alike, which only adds; half"
        " of it is asked for"
    ),
    gettext_noop("steps between two segments are missing"),
    gettext_noop("text of the kind that the reference read"),
    gettext_noop("the count of tokens falls"),
    gettext_noop("the data were changed, which a power law does not survive"),
    gettext_noop(
        "the declared schedule is a formula; of the usual ways to count its steps the one that fits best is taken"
    ),
    gettext_noop("the first loss lies above what fresh logits of usual size give"),
    gettext_noop("the first loss lies below that of a model that knows nothing"),
    gettext_noop("the log counts other steps than the declaration"),
    gettext_noop("the logged learning rate leaves the declared schedule"),
    gettext_noop("the logged loss is a running mean, which hides its noise"),
    gettext_noop("the logs begin after the first step"),
    gettext_noop("the logs begin at the first step"),
    gettext_noop("the logs begin before the declared beginning"),
    gettext_noop("the logs carry no times"),
    gettext_noop("the logs go on after the declared end"),
    gettext_noop("the logs have one segment only"),
    gettext_noop("the loss falls in far fewer tokens than that of runs from nothing"),
    gettext_noop("the loss has not left the beginning"),
    gettext_noop("the loss is smoother than a mean over so many tokens can be"),
    gettext_noop("the loss jumps where one start takes over from another, and no declared event explains it"),
    gettext_noop("the norms end at an edge that is not the declared threshold"),
    gettext_noop("the norms were logged before clipping"),
    gettext_noop("the peak of a card is not known"),
    gettext_noop("the peak of every card is known"),
    gettext_noop("the same rise and fall stands at two places of the log, raised by a constant"),
    gettext_noop("the same values stand at two places of the log"),
    gettext_noop("the size of the vocabulary is not known"),
    gettext_noop("the time goes back inside one start of the program"),
    gettext_noop("the tokens need a larger share of the cards' peak than any published run"),
    gettext_noop("the tokens need more than the cards can do at their peak"),
    gettext_noop("the training program was started more than once"),
    gettext_noop("the values are rounded too far to tell a copy from chance"),
    gettext_noop("the values are rounded too far to tell their noise"),
    gettext_noop("the zone of the times in the logs is known"),
    gettext_noop("throughput and time do not make the counted tokens"),
    gettext_noop("throughput and times in the logs"),
    gettext_noop("time passes forward at an uneven pace; a restart may bring another clock, which the team declares"),
    gettext_noop("times in the logs"),
    gettext_noop("token counts in the logs"),
    gettext_noop("tokens are batch times steps, and throughput times time; of one card, of one node or of all cards"),
    gettext_noop("tokens logged or declared"),
    gettext_noop("tokens of a batch declared or logged"),
    gettext_noop("too few gradient norms in the logs"),
    gettext_noop("too few learning rates in the logs before the schedule was changed"),
    gettext_noop("too few points beside the seams"),
    gettext_noop("too few points of the loss"),
    gettext_noop("too few token counts in the logs"),
    gettext_noop("too few values in the logs"),
    gettext_noop(
        "two values of a noisy series are equal by chance with its unit over 2·sqrt(pi) deviations; the "
        "stretch looked for is so long that one pair is expected less than once in a million logs"
    ),
    gettext_noop("a body reused under new embeddings also starts at ln V: the weights decide, not the curve"),
    gettext_noop("a checkpoint has no step"),
    gettext_noop("a part of the logs could not be read"),
    gettext_noop("how the weights were drawn is not declared"),
    gettext_noop("logs are what the team handed in; digests deposited during training bind them in time"),
    gettext_noop("no benchmark was measured along the checkpoints"),
    gettext_noop("no checkpoint was measured on withheld text"),
    gettext_noop("no digest of a log was deposited"),
    gettext_noop("no digest was deposited while training ran"),
    gettext_noop("no granted hours of cards are known"),
    gettext_noop("the logs count no tokens"),
    gettext_noop("the logs have no gradient norm"),
    gettext_noop("the logs have no learning rate"),
    gettext_noop("the logs have no throughput"),
    gettext_noop("the logs have no training loss"),
    gettext_noop("the logs have no validation loss"),
    gettext_noop("the optimiser is not declared"),
    gettext_noop("the schedule of the learning rate is not declared"),
    gettext_noop("the size of the model is not declared"),
    gettext_noop("the tokens of a batch are not declared"),
    gettext_noop("the ways from checkpoint to checkpoint were not measured"),
    gettext_noop("there are no checkpoints between the first and the last step"),
    gettext_noop("there is no checkpoint of step 0"),
    gettext_noop("there is no training declaration"),
    gettext_noop("what is not shown is neither passed nor failed: the evidence for it is missing"),
)
