// What an estimator says of one photograph, in words: values with units, warnings, problems.

import { calibratedLine } from "./calibrated.js";
import { make } from "./element.js";
import { problemWords, say, shown, unitName, valueName, worded } from "./language.js";

/** The values of the chosen estimators: a list of names and numbers. */
export function values(photograph, estimators) {
  const pairs = estimators.flatMap((estimator) => {
    const estimate = photograph.estimates[estimator.name] ?? {};
    return Object.entries(estimate.values ?? {}).map(([name, { value, unit }]) => {
      const { label, of } = likelier(estimator, estimate.calibrated?.[name]?.value ?? value, name);
      const calibrated = calibratedLine(estimate, name, unit, of);
      return make("div", {},
        make("dt", {}, valueName(label), " ",
          make("span", { class: "by" }, estimator.name, " ",
            estimator.notice ? make("span", { class: "tag" }, say("demo")) : null)),
        make("dd", {},
          make("data", { value: String(value) }, shown(of(value), unit)), " ",
          unit === "probability" ? null : make("span", { class: "unit" }, unitName(unit)),
          calibrated ? make("span", { class: "by" }, say("beforeCalibrating")) : null),
        calibrated);
    });
  });
  return pairs.length ? make("dl", { class: "values" }, pairs) : null;
}

/** Of a probability of two labels, the likelier label and its probability; else the value's own name. */
export function likelier({ complements }, value, name) {
  const other = complements?.[name];
  const turned = other !== undefined && value < 0.5;
  return turned ? { label: other, of: (each) => 1 - each } : { label: name, of: (each) => each };
}

/**
 * Warnings of the chosen estimators and of their calibrations, and once what is odd about the photograph
 * itself, each with its `estimator`, if it is one's; with `all`, also those that every answer of an estimator has.
 */
export function said(photograph, estimators, { all = false } = {}) {
  const found = estimators.flatMap((estimator) => {
    const always = new Set(estimator.warnings.map(identity));
    const { warnings: own = [], calibration_warnings: calibrated = [] } =
      photograph.estimates[estimator.name] ?? {};
    return [...own.filter((each) => all || !always.has(identity(each))), ...calibrated]
      .map((finding) => ({ estimator, finding }));
  });
  return [...found, ...(photograph.findings ?? []).map((finding) => ({ estimator: null, finding }))];
}

/** The same as a list; null where nothing is said. */
export function warnings(photograph, estimators, options) {
  const found = said(photograph, estimators, options);
  if (!found.length) return null;
  return make("ul", { class: "warnings" }, found.map(({ estimator, finding }) => {
    const { text, lang } = worded(finding);
    return make("li", {}, estimator ? [make("span", { class: "by" }, estimator.name), " "] : null,
      make("span", { lang }, text));
  }));
}

const identity = ({ code, values }) => JSON.stringify([code, values]);

/** What is wrong with a photograph, or with what was asked of it. */
export function problem(refusal) {
  const { text, detail, lang } = problemWords(refusal);
  return make("div", { class: "problem" },
    make("p", {}, make("strong", {}, text)),
    detail && detail !== text ? make("p", { lang }, detail) : null);
}
