"""What `gantei impute` was asked for."""

from dataclasses import dataclass

from ..errors import SettingError
from ..statistics.draws import SEED
from ..statistics.imputed_sets import SETS

FEWEST_SETS, MOST_SETS = 2, 1000


@dataclass(frozen=True)
class ImputationOptions:
    """What was asked for, beside the tables.

    Attributes:
        columns: the outcome, then the covariates; none: nothing is imputed.
        sets: how many.
        seed: of the draws.
        one_photograph_per_person: nothing tells persons, and each photograph is another's.
    """

    columns: tuple[str, ...] = ()
    sets: int = SETS
    seed: int = SEED
    one_photograph_per_person: bool = False

    def check(self) -> None:
        """Refuse what makes no sense.

        Raises:
            SettingError: a column is named twice, or a number is out of its range.
        """
        if not FEWEST_SETS <= self.sets <= MOST_SETS:
            raise SettingError(f"--sets {self.sets}: give {FEWEST_SETS} to {MOST_SETS}")
        if not 0 <= self.seed < 2**64:
            raise SettingError(f"--seed {self.seed}: give 0 to 2**64 - 1")
        small = [each.casefold() for each in self.columns]
        if twice := [each for each in self.columns if small.count(each.casefold()) > 1]:
            raise SettingError(f"--with {twice[0]}: is named twice")
