// The estimators that the server has: which are chosen, what is to know of them, and their cards.

import { listing } from "./api.js";
import { calibrationLine } from "./calibrated.js";
import { showCard } from "./dialogs.js";
import { byId, make } from "./element.js";
import { namesOfValues, own, problemWords, say, unitName, worded } from "./language.js";

const CHECKING = 2000; // milliseconds between two looks at an estimator that is checking itself

let served = null;
let refusal = null;
let chosen = new Set();
let changed = () => {};
let limited = () => {};

/** The chosen ones, in the server's order. */
export const chosenEstimators = () => (served ?? []).filter(({ name }) => chosen.has(name));

/** The one of that name. */
export const estimatorNamed = (name) => served.find((each) => each.name === name);

/** Ask the server; `onChosen()` after each choice, `onLimits(limits)` with what it takes. */
export async function loadEstimators(onChosen = changed, onLimits = limited) {
  [changed, limited] = [onChosen, onLimits];
  const first = served === null;
  try {
    const answer = await listing();
    [served, refusal] = [answer.estimators, null];
    limited(answer.limits);
  } catch (error) {
    refusal = error;
  }
  if (first && served) {
    // Demonstrations are chosen where there is nothing else.
    const real = served.filter(({ notice }) => !notice);
    chosen = new Set((real.length ? real : served).map(({ name }) => name));
    changed();
  }
  renderEstimators();
  if (served?.some(({ state }) => state === "checking")) setTimeout(loadEstimators, CHECKING);
}

/** Draw the list in the present language. */
export function renderEstimators() {
  const place = byId("estimators");
  const held = place.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  place.replaceChildren(...content());
  if (held) place.querySelector(`[data-key="${CSS.escape(held)}"]`)?.focus();
}

function content() {
  if (refusal && !served) {
    const { text, detail, lang } = problemWords(refusal);
    const retry = () => {
      refusal = null;
      renderEstimators();
      loadEstimators();
    };
    return [
      make("div", { class: "notice", role: "alert" },
        make("p", {}, make("strong", {}, text)),
        detail ? make("p", { lang }, detail) : null,
        make("button", { type: "button", class: "main", onclick: retry }, say("again"))),
    ];
  }
  if (!served) return [make("p", { class: "loading" }, say("loading"))];
  return [make("ul", { class: "estimators" }, served.map(tile))];
}

function tile(estimator) {
  const { name, state, values } = estimator;
  const title = own(estimator, "title");
  const box = make("input", {
    type: "checkbox", checked: chosen.has(name), "data-key": `${name} box`,
    onchange: () => {
      if (box.checked) chosen.add(name);
      else chosen.delete(name);
      changed();
    },
  });
  const names = namesOfValues(estimator);
  const given = Object.values(values).map((unit, number) => [names[number], unitName(unit)]);
  return make("li", { class: "estimator" },
    make("label", {}, box,
      make("span", { class: "title" },
        make("span", { lang: title.lang }, title.text),
        make("code", {}, name))),
    make("p", { class: "gives" }, say("gives", given)),
    calibrationLine(estimator),
    notice(estimator),
    assumptions(estimator),
    make("p", { class: "foot" },
      make("span", { class: `state ${state}` }, say("states")[state] ?? state),
      make("button", {
        type: "button", class: "link", "data-key": `${name} card`,
        "aria-label": say("cardOf", title.text), onclick: () => showCard(estimator),
      }, say("card"))));
}

/** What must be known before any number is read; null where there is nothing. */
export function notice(estimator) {
  if (!estimator.notice) return null;
  const { text, lang } = own(estimator, "notice");
  return make("p", { class: "notice", lang }, text);
}

function assumptions(estimator) {
  const others = estimator.warnings.filter(({ code }) => code !== "notice");
  if (!others.length) return null;
  return make("details", {},
    make("summary", {}, say("assumptions", others.length)),
    make("ul", {}, others.map((each) => {
      const { text, lang } = worded(each);
      return make("li", { lang }, text);
    })));
}
