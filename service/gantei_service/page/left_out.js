// What became of the files of the last drop: how many were taken, and why each of the others was not.

import { byId, make } from "./element.js";
import { say, worded } from "./language.js";
import { nameElement } from "./names.js";

const OPEN = 5; // as many files as are told without a click
const MOST_NAMES = 200; // of each reason; a whole disk has more than anybody reads

const natural = new Intl.Collator("en", { numeric: true });

let last = null;

/** Tell of a drop: how many photographs were `taken`, and the `others`, `{ path, why }` each. */
export function tellLeftOut(taken, others) {
  last = { taken, others };
  byId("left-out-why").replaceChildren();
  renderLeftOut();
}

/** Say nothing any more. */
export function forgetLeftOut() {
  last = null;
  renderLeftOut();
}

/** Say it in the present language. */
export function renderLeftOut() {
  const { taken, others } = last ?? { taken: 0, others: [] };
  byId("left-out").textContent = last ? say("taken", taken, others.length) : "";
  const place = byId("left-out-why");
  place.hidden = !others.length;
  if (!others.length) return place.replaceChildren();
  const open = place.querySelector("details")?.open ?? others.length <= OPEN;
  const reasons = new Map();
  for (const { path, why } of [...others].sort((a, b) => natural.compare(a.path, b.path))) {
    const reason = typeof why === "string" ? say("notTaken")[why] : worded(why).text;
    reasons.set(reason, [...(reasons.get(reason) ?? []), path]);
  }
  return place.replaceChildren(make("details", { open },
    make("summary", {}, say("leftOutWhy", others.length)),
    make("dl", { class: "reasons", tabindex: "0", "aria-label": say("leftOutWhy", others.length) },
      [...reasons].map(([reason, files]) => [
        make("dt", {}, `${reason} `, make("span", { class: "by" }, say("files", files.length))),
        ...files.slice(0, MOST_NAMES).map((path) => make("dd", {}, nameElement(path))),
        files.length > MOST_NAMES ? make("dd", {}, say("more", files.length - MOST_NAMES)) : null,
      ]).flat())));
}
