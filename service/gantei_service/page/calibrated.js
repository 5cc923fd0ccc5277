// What the calibration of a site adds to a value: where the real one lies, and for whom that holds.

import { make } from "./element.js";
import { say, shown, unitName } from "./language.js";

/** The line below a value: the calibrated one, its interval, and where and on whom; else null. */
export function calibratedLine(estimate, name, unit) {
  const found = estimate.calibrated?.[name];
  if (!found) return null;
  const { site, people, level } = estimate.calibrated_by;
  // Where a caution below says why there is no interval, the line need not.
  const told = estimate.calibration_warnings.some(({ values }) => values.name === name);
  const interval = found.low === null
    ? say(told ? "noInterval" : "noIntervalFew")
    : [say("interval", percent(level)), make("span", { class: "range" }, range(found, unit))];
  return make("dd", { class: "calibrated" },
    make("strong", {}, rounded(found.value, unit), unit === "probability" ? "" : ` ${unitName(unit)}`),
    ...say("inBrackets", interval).flat(),
    say("calibratedAt", site, people));
}

/** What is known of an estimator's calibration, in a line; null where it has none. */
export function calibrationLine({ calibration }) {
  if (!calibration) return null;
  const { site, date, people, ages, level } = calibration;
  return make("p", { class: "gives" },
    say("calibratedOn", site, date, people, ages?.map((age) => rounded(age, "years")), percent(level)));
}

/** The calibration's columns of the table as a file: their names, and the cell of an estimate. */
export function calibratedColumns({ name, values, calibration }) {
  if (!calibration) return [];
  const columns = calibration.values.flatMap((value) =>
    [["calibrated", "value"], ["low", "low"], ["high", "high"]].map(([ending, key]) => ({
      name, title: `${name}.${value}.${ending} (${values[value]})`,
      of: (estimate) => estimate?.calibrated?.[value]?.[key],
    })));
  const distance = { name, title: `${name}.distance`, of: (estimate) => estimate?.distance };
  return calibration.distance ? [...columns, distance] : columns;
}

/** The ends of an interval; where both read alike, once. */
function range({ low, high }, unit) {
  const [from, to] = [rounded(low, unit), rounded(high, unit)];
  return from === to ? from : say("range", from, to);
}

/**
 * A value as a calibration gives it: no interval is so narrow that tenths of a year would count, and
 * no probability is 0 or 1.
 */
function rounded(value, unit) {
  if (unit === "years") return value.toFixed(0).replace("-", "\u2212");
  const said = shown(value, unit);
  if (unit !== "probability" || !["0.00", "1.00"].includes(said)) return said;
  return said === "1.00" ? "> 0.99" : "< 0.01";
}

const percent = (level) => Number((100 * level).toFixed(1));
