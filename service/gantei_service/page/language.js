// The language of the page: the browser's first one of the two, or the one in the address (#ja).
//
// The address is all that remembers it: it can be a bookmark, and nothing is stored.

import { WORDING, textOf, word } from "./wording.js";
import { TEXTS } from "./words.js";

let current = "en";
const listeners = [];

/** "en" or "ja". */
export const language = () => current;

/** Tell `listener()` when the language changes. */
export function onLanguage(listener) {
  listeners.push(listener);
}

/** Read the language from the address or the browser, and put the page into it. */
export function begin() {
  const named = location.hash.slice(1);
  const first = navigator.languages.map((each) => each.slice(0, 2)).find((each) => each in TEXTS);
  use(named in TEXTS ? named : (first ?? "en"));
  addEventListener("hashchange", () => location.hash.slice(1) in TEXTS && use(location.hash.slice(1)));
}

/** Change the language. */
export function use(chosen) {
  current = chosen;
  document.documentElement.lang = chosen;
  document.title = say("title");
  for (const element of document.querySelectorAll("[data-words]")) {
    element.textContent = say(element.dataset.words);
  }
  for (const element of document.querySelectorAll("[data-label]")) {
    element.setAttribute("aria-label", say(element.dataset.label));
  }
  listeners.forEach((listener) => listener());
}

/** A text of the page. */
export function say(key, ...parts) {
  const text = TEXTS[current][key];
  return typeof text === "function" ? text(...parts) : text;
}

/** What a value is called: "Age" for `age`. */
export function valueName(name) {
  const text = word(name, current);
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What an estimator's values are called: "Age"; "Male or female" of a probability of two labels. */
export function namesOfValues({ values, complements }) {
  return Object.keys(values).map((name) => (Object.hasOwn(complements ?? {}, name)
    ? say("eitherOr", valueName(name), word(complements[name], current)) : valueName(name)));
}

/** A unit in words. */
export const unitName = (unit) => word(unit, current);

/** An estimator's own text in this language, `{ text, lang }`; only the English is always there. */
export function own(estimator, key) {
  const japanese = current === "ja" && estimator[`${key}_ja`];
  return { text: japanese || estimator[key], lang: japanese ? "ja" : "en" };
}

/** A finding as `{ text, lang }`: in this language where it has words for it, else as it was sent. */
export function worded(finding) {
  const own = textOf(finding, current);
  return own ? { text: own, lang: current } : { text: finding.text, lang: "en" };
}

/** What went wrong, as `{ text, detail, lang }`; `lang` is that of the detail. */
export function problemWords({ kind, title, detail, code, values }) {
  const { text: said, lang } = worded({ code, values, text: detail });
  const text = code?.endsWith("-needs-extra") ? say("needsExtra", said) : said;
  return { text: say("refusals")[kind] ?? WORDING[current].titles[kind] ?? title, detail: text, lang };
}

/** A number as it is read: years to a tenth, probabilities to a hundredth, and a real minus. */
export function shown(value, unit) {
  if (unit !== "probability") return value.toFixed(1).replace("-", "\u2212");
  const percent = Math.round(100 * value);
  if (percent <= 0) return "< 1 %";
  return percent >= 100 ? "> 99 %" : `${percent} %`;
}
