// What an estimator says of one photograph, in words: values with units, warnings, problems.

import { calibratedLine } from "./calibrated.js";
import { make } from "./element.js";
import { problemWords, say, shown, unitName, valueName, worded } from "./language.js";

/** The values of the chosen estimators: a list of names and numbers. */
export function values(photograph, estimators) {
  const pairs = estimators.flatMap((estimator) => {
    const estimate = photograph.estimates[estimator.name] ?? {};
    return Object.entries(estimate.values ?? {}).map(([name, { value, unit }]) => {
      const calibrated = calibratedLine(estimate, name, unit);
      return make("div", {},
        make("dt", {}, valueName(name), " ",
          make("span", { class: "by" }, estimator.name, " ",
            estimator.notice ? make("span", { class: "tag" }, say("demo")) : null)),
        make("dd", {},
          make("data", { value: String(value) }, shown(value, unit)), " ",
          make("span", { class: "unit" }, unitName(unit)),
          calibrated ? make("span", { class: "by" }, say("beforeCalibrating")) : null),
        calibrated);
    });
  });
  return pairs.length ? make("dl", { class: "values" }, pairs) : null;
}

/**
 * Warnings of the chosen estimators and of their calibrations, and once what is odd about the photograph itself; with `all`,
 * also those that every answer of an estimator has.
 */
export function warnings(photograph, estimators, { all = false } = {}) {
  const found = estimators.flatMap((estimator) => {
    const always = new Set(estimator.warnings.map(identity));
    const { warnings: said = [], calibration_warnings: calibrated = [] } =
      photograph.estimates[estimator.name] ?? {};
    return [...said.filter((each) => all || !always.has(identity(each))), ...calibrated]
      .map((each) => ({ estimator, ...worded(each) }));
  });
  const said = [...found, ...(photograph.findings ?? []).map(worded)];
  if (!said.length) return null;
  return make("ul", { class: "warnings" }, said.map(({ estimator, text, lang }) =>
    make("li", {}, estimator ? [make("span", { class: "by" }, estimator.name), " "] : null,
      make("span", { lang }, text))));
}

const identity = ({ code, values }) => JSON.stringify([code, values]);

/** What is wrong with a photograph, or with what was asked of it. */
export function problem(refusal) {
  const { text, detail, lang } = problemWords(refusal);
  return make("div", { class: "problem" },
    make("p", {}, make("strong", {}, text)),
    detail && detail !== text ? make("p", { lang }, detail) : null);
}
