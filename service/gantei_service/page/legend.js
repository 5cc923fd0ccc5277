// What the colours of a map stand for: a strip, its ends and middle in numbers, and the unit.

import { drawStrip } from "./heat.js";
import { say, unitName, valueName } from "./language.js";
import { make } from "./element.js";

/** A scale as an element; `short` leaves out what the large view explains. */
export function legend(scale, { short = false } = {}) {
  const strip = make("canvas", { "aria-hidden": "true" });
  drawStrip(strip, scale);
  const { low, high } = scale;
  const signed = scale.kind === "diverging";
  const [from, to] = [number(low, signed), number(high, signed)];
  const unit = unitOf(scale, short);
  const ends = scale.probability && signed
    ? [`${from} ${say("against", valueName(scale.of))}`, `${to} ${say("towards", valueName(scale.of))}`]
    : [from, to];
  const parts = short
    ? [make("span", { class: "ends" }, ...[from, unit, to].map((text) => make("span", {}, text)))]
    : [
        make("span", { class: "ends" },
          ...[ends[0], number((low + high) / 2, false), ends[1]].map((text) => make("span", {}, text))),
        make("span", { class: "unit" }, unit),
      ];
  const described = { class: "legend", role: "img", "aria-label": say("legend", ...ends, unit) };
  return make("span", described, strip, parts);
}

function unitOf(scale, short) {
  if (!scale.probability) return say(short ? "addedShort" : "added", unitName(scale.unit));
  const kind = scale.quantity === "logit" ? say("logit") : unitName("probability");
  const unit = `${kind} · ${valueName(scale.of)}`;
  return short ? unit : say("likeThis", unit);
}

/** A number of a scale to two digits or to the whole, with its sign. */
function number(value, signed) {
  const size = Math.abs(value);
  const digits = size >= 10 || size === 0 ? 0 : Math.min(1 - Math.floor(Math.log10(size)), 4);
  const text = size.toFixed(digits);
  if (Number(text) === 0) return "0";
  return (value < 0 ? "\u2212" : signed ? "+" : "") + text;
}
