"""Newton's way to the minimum of a convex function, one evaluation at a time.

Who evaluates does not matter: a loop here, or a round over several sites. Each evaluation moves the
search on: from a better place the next full step is taken, from a worse one the step is halved
(Armijo's rule), until the gradient's norm says that it has arrived.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gantei.errors import SettingError

TOLERANCE = 1e-9
"""Of the gradient's norm, as a share of the summed weights of the rows."""
_DECREASE = 1e-4
"""Share of the decrease that the gradient promises, which a step must reach."""
_ROUNDING = 1e-13
"""Share of the value by which rounding may raise it."""
_MOST_HALVINGS = 30


@dataclass(frozen=True)
class HessianProduct:
    """A Hessian that is never written down: what it does to a direction.

    Attributes:
        times: gives its product with float64 (p,).
        diagonal: float64 (p,), its own, above 0.
        precision: up to which share of the gradient's norm a step is solved for, 0 to 1.
    """

    times: Callable[[NDArray[np.float64]], NDArray[np.float64]]
    diagonal: NDArray[np.float64]
    precision: float


@dataclass(frozen=True)
class Evaluated:
    """A convex function at one place.

    Attributes:
        value: of the function.
        gradient: float64 (p,).
        hessian: what its second derivatives, positive definite, do to directions.
    """

    value: float
    gradient: NDArray[np.float64]
    hessian: HessianProduct


@dataclass(frozen=True)
class NewtonSearch:
    """A search between two evaluations.

    Attributes:
        candidate: float64 (p,), where to evaluate next; where the minimum is, once `converged`.
        converged: whether the gradient's norm is small enough there.
        evaluations: how many there have been.
        base, step: float64 (p,), the best place so far and the full step from it.
        value, slope: of the function there, and how fast it falls along the step.
        halvings: how often the step was halved.
    """

    candidate: NDArray[np.float64]
    converged: bool = False
    evaluations: int = 0
    base: NDArray[np.float64] | None = None
    step: NDArray[np.float64] | None = None
    value: float = np.inf
    slope: float = 0.0
    halvings: int = 0

    def after(self, evaluated: Evaluated, tolerance: float) -> "NewtonSearch":
        """Give the search after its candidate has been evaluated.

        Args:
            evaluated: the function at `candidate`.
            tolerance: the gradient's norm at which to stop, above 0.

        Raises:
            SettingError: a value is no finite number, the Hessian is not positive definite, or no
                step lowers the function: the evaluations are not those of one convex function.
        """
        if not (np.isfinite(evaluated.value) and np.isfinite(evaluated.gradient).all()):
            raise SettingError("a loss or its gradient is no finite number")
        count = self.evaluations + 1
        if np.linalg.norm(evaluated.gradient) <= tolerance:
            return replace(self, converged=True, evaluations=count)
        if self.base is not None and self.step is not None and not self._lower(evaluated.value):
            if self.halvings >= _MOST_HALVINGS:
                raise SettingError("no step lowers the loss: the sums contradict each other")
            halvings = self.halvings + 1
            candidate = self.base + self.step / 2**halvings
            return replace(self, candidate=candidate, evaluations=count, halvings=halvings)
        step = newton_step(evaluated.gradient, evaluated.hessian)
        return NewtonSearch(
            self.candidate + step, False, count, self.candidate, step, evaluated.value,
            float(evaluated.gradient @ step),
        )  # fmt: skip

    def _lower(self, value: float) -> bool:
        allowed = self.value + _DECREASE * self.slope / 2**self.halvings
        return bool(value <= allowed + _ROUNDING * abs(self.value))


def newton_step(gradient: NDArray[np.float64], hessian: HessianProduct) -> NDArray[np.float64]:
    """Solve for the step to the minimum of the parabola that touches the function: float64 (p,).

    By conjugate gradients, preconditioned by the diagonal (doi 10.6028/jres.049.044).

    Raises:
        SettingError: the Hessian is not positive definite.
    """
    step, rest = np.zeros(len(gradient)), -gradient
    enough = hessian.precision * np.linalg.norm(gradient)
    scaled = rest / hessian.diagonal
    direction, size = scaled, rest @ scaled
    for _ in range(10 * len(gradient)):
        product = hessian.times(direction)
        curve = direction @ product
        if not curve > 0:
            raise SettingError("a loss has no curvature, or one that is no number")
        step = step + size / curve * direction
        rest = rest - size / curve * product
        if np.linalg.norm(rest) <= enough:
            break
        scaled = rest / hessian.diagonal
        before, size = size, rest @ scaled
        direction = scaled + size / before * direction
    return step
