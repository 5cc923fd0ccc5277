// What someone can say where names do not: which eye a photograph shows, and which two are one person's.

import { make } from "./element.js";
import { say } from "./language.js";
import { isolated } from "./names.js";
import { join, separate } from "./persons.js";
import { choose } from "./photographs.js";

const MOST_CHOICES = 40; // other photographs to choose from; with more, names are the way

/** Which eye it shows, to be seen and changed where an estimator has to know or no name tells it. */
export function eyeChoice(photograph, estimators) {
  const { chosen, told, found, sought, eye } = photograph;
  const known = eye === "right" || eye === "left";
  if (known && !chosen && !sought && !estimators.some((each) => each.needs_eye)) return null;
  const now = sought ? "detect" : (chosen ?? "");
  const named = known && !chosen ? say(told ? "eyeByFile" : "eyeByName", say(eye)) : say("eyeUnknown");
  const seen = found ? say("eyeSeen", say(found)) : say("eyeDetect");
  const options = [["", named], ["right", say("right")], ["left", say("left")], ["detect", seen]];
  const select = make("select", {
    class: "eye", "aria-label": say("eyeOf", photograph.path),
    onchange: () => choose(photograph, select.value || null),
  }, options.map(([value, text]) => make("option", { value, selected: value === now }, text)));
  return make("p", { class: "eye-choice" }, select);
}

/** A choice of the other eye of a row that has one; null where there is nothing to choose from. */
export function pairing(group, side, rows) {
  const known = group.right ?? group.left;
  const others = [];
  for (const row of rows) {
    const other = row === group || (row.right && row.left) ? null : row[side] ?? row.single;
    if (other) others.push(other);
    if (others.length > MOST_CHOICES) return null;
  }
  if (!others.length) return null;
  const select = make("select", {
    "aria-label": say("joinWith", say(side), known.path),
    onchange: () => select.value && join(known, others[Number(select.value)], side),
  }, make("option", { value: "" }, say("chooseEye")),
  others.map(({ path }, number) => make("option", { value: String(number) }, isolated(path))));
  return make("p", { class: "eye-choice" }, select);
}

/** A button that parts a row of two photographs; null where there is one. */
export function separating(group) {
  if (!group.right || !group.left) return null;
  return make("button", {
    type: "button", class: "link separate", "aria-label": say("separateWhat", group.label),
    onclick: () => separate(group),
  }, say("separate"));
}
