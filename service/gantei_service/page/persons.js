// What someone says of persons: that two photographs are one person's, or that two are not, and how old
// a person is. Names tell the rest (eyes.js), and nothing is guessed.

import { regroup } from "./photographs.js";

/** Say that a photograph is the `side` eye of the person whom another one shows. */
export function join(known, other, side) {
  known.person = other.person = Symbol("person");
  if (other.eye !== side) Object.assign(other, { chosen: side, sought: false, told: null, found: null });
  setRealAge({ right: known, left: other }, known.realAge ?? other.realAge);
  regroup();
}

/** Say that the two photographs of a row are not one person's. */
export function separate({ right, left }) {
  for (const each of [right, left]) each.person = Symbol("person");
  regroup();
}

/** The photographs of a row. */
export const photographsOf = (group) => ["right", "left", "single"].map((eye) => group[eye]).filter(Boolean);

/** How old a row's person really is, in years, as typed; null where nobody has said it. */
export const realAge = (group) => photographsOf(group).map((each) => each.realAge).find((age) => age !== null) ?? null;

/** Note how old a row's person really is; null for not known. It is sent and stored nowhere. */
export function setRealAge(group, age) {
  for (const each of photographsOf(group)) each.realAge = age;
}
