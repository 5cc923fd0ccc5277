// What the eyes of a person give together: their mean, how they differ, and the gap to the real age.
//
// Means are those of a study (gantei/study/averaging.py): numbers as they are, probabilities as logits.

const SMALLEST = 2 ** -24; // what a probability of 0 counts as; half a step of float32 below 1

/**
 * For each value that both eyes of a row have: `{ estimator, name, unit, right, left, mean,
 * calibrated }`, the last of the calibrated ones; null where there is none. Of the same file on both
 * sides there is no mean of two eyes.
 */
export function together({ right, left }, estimators) {
  if (!right || !left || (right.sha256 !== null && right.sha256 === left.sha256)) return [];
  return estimators.flatMap((estimator) => {
    const [of, and] = [right, left].map((photograph) => photograph.estimates[estimator.name]);
    if (!of || !and) return [];
    return averaged(estimator).map(([name, unit]) => {
      const pair = [of, and].map(({ values }) => values[name].value);
      const calibrated = [of, and].map((each) => each.calibrated?.[name]?.value ?? null);
      return {
        estimator, name, unit, right: pair[0], left: pair[1], mean: mean(pair, unit),
        calibrated: calibrated.includes(null) ? null : mean(calibrated, unit),
      };
    });
  });
}

/** One number for a row: the mean of both eyes, or the only one that is known; else null. */
export function valueOf(group, estimator, name) {
  const both = together(group, [estimator]).find((each) => each.name === name);
  if (both) return both.mean;
  const known = [group.right, group.left, group.single].map((each) => each?.estimates[estimator.name]?.values[name]);
  return known.find(Boolean)?.value ?? null;
}

/** How far each estimated age lies from the real one, in years. */
export function gaps(group, estimators, age) {
  return estimators.filter(({ values }) => values.age === "years").flatMap((estimator) => {
    const estimate = valueOf(group, estimator, "age");
    return estimate === null ? [] : [{ estimator, gap: estimate - age }];
  });
}

/** The values of which a mean is known to mean something: of several classes, it is not that of each. */
function averaged({ values, complements }) {
  const all = Object.entries(values);
  const probabilities = all.filter(([, unit]) => unit === "probability");
  return all.filter(([name, unit]) =>
    unit !== "probability" || probabilities.length === 1 || Object.hasOwn(complements ?? {}, name));
}

/** The mean of two numbers, of probabilities on the scale of logits. */
export function mean([one, other], unit) {
  if (unit !== "probability") return (one + other) / 2;
  return 1 / (1 + Math.exp(-(logit(one) + logit(other)) / 2));
}

function logit(probability) {
  const bounded = Math.min(Math.max(probability, SMALLEST), 1 - SMALLEST);
  return Math.log(bounded) - Math.log1p(-bounded);
}
