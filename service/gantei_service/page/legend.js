// What the colours of a map stand for: a strip, what its two ends mean, and what a place is compared with.

import { make } from "./element.js";
import { drawStrip } from "./heat.js";
import { say, unitName, valueName } from "./language.js";

/**
 * A scale as an element; `other` is the label that stands against the value's own, where there are two;
 * `short` leaves out what the large view explains.
 */
export function legend(scale, { other = null, short = false } = {}) {
  const strip = make("canvas", { "aria-hidden": "true" });
  drawStrip(strip, scale);
  const { ends, meaning } = wordsOf(scale, other, short);
  const described = { class: "legend", role: "img", "aria-label": say("legend", ends[0], ends.at(-1), meaning) };
  return make("span", described, strip,
    make("span", { class: "ends" }, ends.map((text) => make("span", {}, text))),
    short ? null : make("span", { class: "unit" }, meaning));
}

/** What stands below the strip, from its left end to its right, and the sentence that explains it. */
function wordsOf(scale, other, short) {
  const { low, high, unit, of, places } = scale;
  if (!scale.probability) {
    // The network adds up the mean of its places: of so many, each has that part of its number.
    const ends = [low, high].map((end) => `${number(end / places, true)} ${unitName(unit)}`);
    return {
      ends: short ? [ends[0], say("perPlace"), ends[1]] : [say("lowers", ends[0]), "0", say("raises", ends[1])],
      meaning: say("added", places),
    };
  }
  const name = valueName(of);
  if (scale.kind === "diverging") {
    const against = other ? say("towards", valueName(other)) : say("against", name);
    return {
      ends: [against, ...(short ? [] : [say("neither")]), say("towards", name)],
      meaning: say("leans"),
    };
  }
  if (scale.quantity === "logit") return { ends: [say("less"), say("most")], meaning: say("speaksFor", name) };
  return {
    ends: [low, high].map((end) => number(end, false)),
    meaning: say("likeThis", `${unitName("probability")} · ${name}`),
  };
}

/** A number of a scale to two digits or to the whole, with its sign. */
function number(value, signed) {
  const size = Math.abs(value);
  const digits = size >= 10 || size === 0 ? 0 : Math.min(1 - Math.floor(Math.log10(size)), 4);
  const text = size.toFixed(digits);
  if (Number(text) === 0) return "0";
  return (value < 0 ? "\u2212" : signed ? "+" : "") + text;
}
