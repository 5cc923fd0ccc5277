"""What the bar of a training says of its losses."""

from gantei_export.federating.site_texts import SiteProgress
from gantei_export.fine_tuning.training_checkpoint import EpochLosses
from gantei_export.fine_tuning.training_progress import TerminalProgress

LOSSES = EpochLosses(2, 0.5, 0.25)


def test_a_training_says_the_validation_loss_after_each_epoch():
    said = TerminalProgress().losses_in_words(LOSSES, 30)
    assert said == "epoch 2 of at most 30: training loss 0.5000, validation loss 0.2500"
    before = TerminalProgress().losses_in_words(EpochLosses(0, None, 0.25), 30)
    assert before == "epoch 0 of at most 30: validation loss 0.2500"


def test_a_site_says_that_its_validation_loss_is_from_before_the_round():
    said = SiteProgress().losses_in_words(LOSSES, 3)
    assert said == ("epoch 2 of 3: training loss 0.5000, validation loss before this round 0.2500")
