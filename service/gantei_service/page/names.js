// Names of files and people, set apart from the words around them: one that is written from right to
// left would otherwise turn the order of what stands beside it.

import { make } from "./element.js";

/** A name as an element. */
export const nameElement = (name) => make("bdi", {}, name);

/** A name in a text that can hold no element, as that of a choice. */
export const isolated = (name) => `\u2068${name}\u2069`;

/** The name of a row: a person's, a photograph's, or of two photographs that someone joined. */
export function rowName({ label, right, left }) {
  const paths = right && left ? [right.path, left.path] : [];
  if (label !== paths.join(" + ")) return [nameElement(label)];
  return [nameElement(paths[0]), " + ", nameElement(paths[1])];
}
