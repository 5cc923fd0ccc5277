// The table: a person or a photograph a row, right eye and left eye side by side, as an examiner
// who faces the person sees them.
//
// Narrow windows turn rows into blocks by style alone, which would take the table away from screen
// readers; the roles that stand on every element keep it.

import { make } from "./element.js";
import { problem, values, warnings } from "./estimates.js";
import { chosenEstimators } from "./estimators.js";
import { grouped } from "./eyes.js";
import { say } from "./language.js";
import { showMapOn } from "./map_layer.js";
import { choose, missing, photographs } from "./photographs.js";
import { showWhenNear } from "./pictures.js";
import { openViewer } from "./viewer.js";

const cells = new Map(); // photograph → { figure, said }; pictures stay when rows are made anew

/** Rows as they are now. */
export const groups = () => grouped(photographs);

/** Make the table anew: photographs have come or gone, or the language or the choice changed. */
export function renderTable(place, { language = false } = {}) {
  for (const photograph of cells.keys()) if (!photographs.includes(photograph)) cells.delete(photograph);
  const rows = groups();
  const held = [...cells].find(([, { said }]) => said.contains(document.activeElement))?.[0];
  const head = ["person", "right", "left"].map((key) =>
    make("th", { scope: "col", role: "columnheader" }, say(key)));
  if (language) for (const [photograph, { figure }] of cells) label(figure, photograph);
  place.replaceChildren(make("table", { role: "table" },
    make("caption", { class: "for-ears" }, say("tableCaption")),
    make("thead", { role: "rowgroup" }, make("tr", { role: "row" }, head)),
    make("tbody", { role: "rowgroup" }, rows.map((group) => row(group, rows)))));
  if (held) cells.get(held).said.querySelector("select")?.focus(); // it was moved, or made anew
}

/** Bring one photograph's cell up to date. */
export function renderPhotograph(photograph) {
  const parts = cells.get(photograph);
  if (parts) describe(parts.said, photograph);
}

function row(group, rows) {
  const open = (photograph) => openViewer(rows, rows.indexOf(group), photograph);
  const name = make("th", { scope: "row", role: "rowheader" }, group.label);
  const both = group.right && group.left ? "both" : "one";
  if (group.single) {
    return make("tr", { role: "row", class: both }, name, cell(group.single, open,
      { colspan: "2", class: "single", "data-side": say("noSide") }));
  }
  return make("tr", { role: "row", class: both }, name, ["right", "left"].map((side) =>
    group[side] ? cell(group[side], open, { "data-side": say(side) }) : none(say(side))));
}

const none = (side) =>
  make("td", { role: "cell", class: "none", "data-side": side }, say("noEye"));

function cell(photograph, open, properties) {
  if (!cells.has(photograph)) cells.set(photograph, { figure: thumbnail(photograph), said: make("div", { class: "said" }) });
  const { figure, said } = cells.get(photograph);
  figure.onclick = () => open(photograph);
  describe(said, photograph);
  return make("td", { role: "cell", ...properties }, make("div", { class: "photograph" }, figure, said));
}

function thumbnail(photograph) {
  const image = make("img", { alt: "" });
  const figure = make("button", { type: "button", class: "thumbnail" }, image);
  label(figure, photograph);
  showWhenNear(image, photograph.file, () => {
    figure.append(make("span", { class: "no-preview" }, say("noPreview")));
  });
  showMapOn(figure, photograph);
  return figure;
}

function label(figure, photograph) {
  figure.setAttribute("aria-label", say("enlarge", photograph.path));
  const none = figure.querySelector(".no-preview");
  if (none) none.textContent = say("noPreview");
}

function describe(place, photograph) {
  const estimators = chosenEstimators();
  const open = missing(photograph).length;
  const state = photograph.sending ? say("sending") : open ? say("waiting") : null;
  const silent = !estimators.length && !photograph.problem;
  const held = place.querySelector("select") === document.activeElement;
  place.replaceChildren(...[
    make("p", { class: "file" }, photograph.path.split("/").at(-1)), // hidden where the row has the same name
    estimators.some((each) => each.needs_eye) ? eyeChoice(photograph) : null,
    photograph.problem ? problem(photograph.problem) : values(photograph, estimators),
    warnings(photograph, estimators),
    state ? make("p", { class: photograph.sending ? "state sending" : "state" }, state) : null,
    silent ? make("p", { class: "state" }, say("noEstimator")) : null,
  ].filter(Boolean));
  if (held) place.querySelector("select")?.focus();
}

/** Which eye it shows, to be seen and changed where an estimator has to know. */
function eyeChoice(photograph) {
  const { chosen, told, found, sought, eye } = photograph;
  const known = eye === "right" || eye === "left";
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
