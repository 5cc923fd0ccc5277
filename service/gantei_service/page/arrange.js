// Which rows of the table are shown, and in which order: by name, or by what an estimator says.

import { valueOf } from "./both_eyes.js";
import { said } from "./estimates.js";
import { photographsOf } from "./persons.js";
import { missing } from "./photographs.js";

/** What someone has asked for; `from` and `to` bound the value that the order goes by. */
export const wanted = {};
const NOTHING = { order: "name", show: "all", text: "", from: null, to: null };

/** All rows again, by name. */
export const forgetArrangement = () => Object.assign(wanted, NOTHING);
forgetArrangement();

/** Kinds of rows that can be shown alone: what a row must have. */
const KINDS = {
  all: () => true,
  problem: (group) => photographsOf(group).some((each) => each.problem),
  finding: (group, estimators) => photographsOf(group).some((each) => said(each, estimators).length),
  both: (group) => group.right && group.left,
  right: (group) => group.right && !group.left,
  left: (group) => group.left && !group.right,
  unknown: (group) => group.single,
  open: (group) => photographsOf(group).some((each) => missing(each).length),
};
export const SHOWN = Object.keys(KINDS);

/** The orders there are: `key`, and of those by a value its `estimator`, `name` and `unit`. */
export function orders(estimators) {
  const byValue = estimators.flatMap((estimator) => Object.entries(estimator.values).flatMap(([name, unit]) => {
    const ways = unit === "probability" ? ["up", "down"] : ["up", "down", "apart"];
    return ways.map((way) => ({ key: `${estimator.name} ${name} ${way}`, estimator, name, unit, way }));
  }));
  return [{ key: "name" }, ...byValue];
}

/** The order that is wanted; by name where what it went by is no longer chosen. */
export function order(estimators) {
  const all = orders(estimators);
  return all.find(({ key }) => key === wanted.order) ?? all[0];
}

/** Whether a row may be hidden, or stand elsewhere once there are more answers. */
export const isArranged = () => Object.keys(NOTHING).some((key) => wanted[key] !== NOTHING[key]);

/** The rows to show, in their order; those without the value come last. */
export function arranged(groups, estimators) {
  const by = order(estimators);
  const text = wanted.text.trim().toLowerCase();
  const numbers = new Map(groups.map((group) => [group, numberOf(group, by)]));
  const shown = groups.filter((group) => KINDS[wanted.show](group, estimators)
    && photographsOf(group).some(({ path }) => path.toLowerCase().includes(text))
    && isWithin(numbers.get(group), by));
  if (by.key === "name") return shown;
  const sign = by.way === "up" ? 1 : -1;
  const [known, unknown] = [true, false].map((is) => shown.filter((each) => (numbers.get(each) !== null) === is));
  return [...known.sort((a, b) => sign * (numbers.get(a) - numbers.get(b))), ...unknown];
}

/** What a row is ordered by: the value of one eye or the mean of both, or how far they are apart. */
function numberOf(group, { estimator, name, way }) {
  if (!estimator) return null;
  if (way !== "apart") return valueOf(group, estimator, name);
  const [right, left] = [group.right, group.left].map((each) => each?.estimates[estimator.name]?.values[name].value);
  return right === undefined || left === undefined ? null : Math.abs(right - left);
}

function isWithin(number, { key, unit }) {
  if (key === "name" || (wanted.from === null && wanted.to === null)) return true;
  if (number === null) return false;
  const read = unit === "probability" ? 100 * number : number;
  return read >= (wanted.from ?? -Infinity) && read <= (wanted.to ?? Infinity);
}
