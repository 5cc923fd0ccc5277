// What is said of a person as a whole: the mean of both eyes, their difference, and the gap to the real age.

import { gaps, together } from "./both_eyes.js";
import { calibratedMean } from "./calibrated.js";
import { make } from "./element.js";
import { likelier } from "./estimates.js";
import { say, shown, unitName, valueName } from "./language.js";
import { realAge, setRealAge } from "./persons.js";

const OLDEST = 130; // years

/** The mean of both eyes and how they differ, a line a value; null where there are no two eyes. */
export function bothEyes(group, estimators) {
  const found = together(group, estimators);
  if (!found.length) return null;
  return make("div", { class: "both" },
    make("p", { class: "both-title" }, say("bothEyes")),
    make("dl", { class: "values" }, found.map(line)));
}

function line({ estimator, name, unit, right, left, mean, calibrated }) {
  const { label, of } = likelier(estimator, calibrated ?? mean, name);
  return make("div", {},
    make("dt", {}, valueName(label), by(estimator)),
    make("dd", {},
      make("span", { class: "mean" }, shown(of(mean), unit)), " ",
      unit === "probability" ? null : make("span", { class: "unit" }, unitName(unit)),
      calibrated === null ? null : make("span", { class: "by" }, say("beforeCalibrating"))),
    calibrated === null ? null : calibratedMean(of(calibrated), unit),
    make("dd", { class: "difference" }, difference(estimator, unit, right, left)));
}

/** How the right eye differs from the left: in a number's unit, or whether both say the same label. */
function difference(estimator, unit, right, left) {
  if (unit !== "probability") return say("rightMinusLeft", `${signed(right - left)} ${unitName(unit)}`);
  return (right < 0.5) === (left < 0.5) ? say("eyesAgree") : say("eyesDisagree");
}

const by = (estimator) => make("span", { class: "by" }, estimator.name, " ",
  estimator.notice ? make("span", { class: "tag" }, say("demo")) : null);

const signed = (years) => (years > 0 ? "+" : "") + shown(years, "years");

/** The gap to the real age, a line an estimator; null where the age or the estimate is not known. */
export function gapLines(group, estimators) {
  const age = realAge(group);
  const found = age === null ? [] : gaps(group, estimators, age);
  if (!found.length) return null;
  return make("dl", { class: "values gap" }, found.map(({ estimator, gap }) =>
    make("div", {},
      make("dt", {}, say("gap", age), by(estimator)),
      make("dd", {}, make("span", { class: "mean" }, signed(gap)), " ",
        make("span", { class: "unit" }, unitName("years"))))));
}

/** The field for the real age with the gap beside it; null where no chosen estimator gives an age. */
export function ageField(group, estimators, typed) {
  const ages = estimators.filter(({ values }) => values.age === "years");
  if (!ages.length) return null;
  const answer = make("div", { "aria-live": "polite" });
  const wrong = make("p", { class: "bad", role: "alert" });
  const field = make("input", {
    type: "number", id: "real-age", min: "0", max: String(OLDEST), step: "any", inputmode: "decimal",
    autocomplete: "off", value: realAge(group) === null ? null : String(realAge(group)),
    oninput: () => {
      const good = field.validity.valid && field.value !== "";
      wrong.textContent = field.validity.valid ? "" : say("noAge", OLDEST);
      setRealAge(group, good ? field.valueAsNumber : null);
      show();
    },
    onchange: typed,
  });
  const show = () => {
    const lines = gapLines(group, estimators);
    answer.replaceChildren(...(lines ? [lines, make("p", { class: "quiet" }, caveat(ages))] : []));
  };
  show();
  return make("div", { class: "real-age" },
    make("label", { for: "real-age" }, say("realAge")), field, wrong, answer);
}

function caveat(estimators) {
  const calibrated = estimators.some(({ calibration }) => calibration);
  return [say("gapCaveat"), calibrated ? say("gapUncalibrated") : ""].join(" ").trim();
}
