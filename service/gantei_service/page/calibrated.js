// What the calibration of a site adds to a value: where the real one lies, and for whom that holds.

import { make } from "./element.js";
import { say, shown, unitName } from "./language.js";

/**
 * The line below a value: the calibrated one, its interval, and where and on whom; else null. `of` turns a
 * probability into that of the label which is named.
 */
export function calibratedLine(estimate, name, unit, of) {
  const found = estimate.calibrated?.[name];
  if (!found) return null;
  const { site, people, level } = estimate.calibrated_by;
  // Where a caution below says why there is no interval, the line need not.
  const told = estimate.calibration_warnings.some(({ values }) => values.name === name);
  const interval = found.low === null
    ? say(told ? "noInterval" : "noIntervalFew")
    : [say("interval", percent(level)), make("span", { class: "range" }, range(found, unit, of))];
  return make("dd", { class: "calibrated" },
    make("strong", {}, rounded(of(found.value), unit), unit === "probability" ? "" : ` ${unitName(unit)}`),
    ...say("inBrackets", interval).flat(),
    say("calibratedAt", site, people));
}

/** The mean of both eyes' calibrated values; an interval is that of one photograph, so there is none. */
export function calibratedMean(value, unit) {
  return make("dd", { class: "calibrated" },
    make("strong", {}, rounded(value, unit), unit === "probability" ? "" : ` ${unitName(unit)}`),
    " ", say("calibratedMean"));
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
function range({ low, high }, unit, of) {
  const ends = [of(low), of(high)].sort((one, other) => one - other);
  const [from, to] = ends.map((end) => rounded(end, unit));
  return from === to ? from : say("range", from, to);
}

/** A value as a calibration gives it: no interval is so narrow that tenths of a year would count. */
function rounded(value, unit) {
  return unit === "years" ? value.toFixed(0).replace("-", "\u2212") : shown(value, unit);
}

const percent = (level) => Number((100 * level).toFixed(1));
