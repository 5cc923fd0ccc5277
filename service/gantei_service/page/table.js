// The table: a person or a photograph a row, right eye and left eye side by side, as an examiner
// who faces the person sees them.
//
// Narrow windows turn rows into blocks by style alone, which would take the table away from screen
// readers; the roles that stand on every element keep it.

import { arranged } from "./arrange.js";
import { make } from "./element.js";
import { problem, values, warnings } from "./estimates.js";
import { chosenEstimators } from "./estimators.js";
import { eyeChoice, pairing, separating } from "./eye_choices.js";
import { grouped } from "./eyes.js";
import { say } from "./language.js";
import { showMapOn } from "./map_layer.js";
import { nameElement, rowName } from "./names.js";
import { bothEyes, gapLines } from "./person_view.js";
import { missing, photographs } from "./photographs.js";
import { noPreview, showWhenNear } from "./pictures.js";
import { openViewer } from "./viewer.js";

const cells = new Map(); // photograph → { figure, said }; pictures stay when rows are made anew
const wholes = new Map(); // photograph → what its row says of the person as a whole

/** Rows as they are now. */
export const groups = () => grouped(photographs);

/**
 * Make the table anew: photographs have come or gone, or the language, the choice or the arrangement
 * changed. Returns how many rows there are, and how many of them are shown.
 */
export function renderTable(place, { language = false } = {}) {
  for (const photograph of cells.keys()) if (!photographs.includes(photograph)) cells.delete(photograph);
  wholes.clear();
  const all = groups();
  const rows = arranged(all, chosenEstimators());
  const held = [...cells].find(([, { said }]) => said.contains(document.activeElement))?.[0];
  const inRow = place.contains(document.activeElement) ? document.activeElement.closest("tr") : null;
  const beside = inRow?.querySelector(".thumbnail");
  const head = ["person", "right", "left"].map((key) =>
    make("th", { scope: "col", role: "columnheader" }, say(key)));
  if (language) for (const [photograph, { figure }] of cells) label(figure, photograph);
  place.replaceChildren(make("table", { role: "table" },
    make("caption", { class: "for-ears" }, say("tableCaption")),
    make("thead", { role: "rowgroup" }, make("tr", { role: "row" }, head)),
    make("tbody", { role: "rowgroup" }, rows.map((group) => row(group, rows, all)))),
    rows.length ? "" : make("p", { class: "no-row" }, say("noRow")));
  if (held) cells.get(held).said.querySelector("select")?.focus(); // it was moved, or made anew
  if (document.activeElement === document.body) beside?.focus(); // what had it is gone
  return { all: all.length, shown: rows.length };
}

/** Bring one photograph's cell up to date, and what its row says of the person. */
export function renderPhotograph(photograph) {
  const parts = cells.get(photograph);
  if (parts) describe(parts.said, photograph);
  wholes.get(photograph)?.();
}

function row(group, rows, all) {
  const open = (photograph) => openViewer(rows, rows.indexOf(group), photograph, renderWhole);
  const name = make("th", { scope: "row", role: "rowheader" }, rowName(group), whole(group), separating(group));
  const both = group.right && group.left ? "both" : "one";
  if (group.single) {
    return make("tr", { role: "row", class: both }, name, cell(group.single, open,
      { colspan: "2", class: "single", "data-side": say("noSide") }));
  }
  return make("tr", { role: "row", class: both }, name, ["right", "left"].map((side) =>
    group[side] ? cell(group[side], open, { "data-side": say(side) }) : none(group, side, all)));
}

function none(group, side, rows) {
  return make("td", { role: "cell", class: "none", "data-side": say(side) },
    make("p", {}, say("noEye")), pairing(group, side, rows));
}

const renderWhole = (group) => wholes.get(group.right ?? group.left ?? group.single)?.();

/** What is said of the person, kept up to date as its photographs are answered. */
function whole(group) {
  const place = make("div", { class: "whole" });
  const fill = () => {
    const estimators = chosenEstimators();
    place.replaceChildren(...[bothEyes(group, estimators), gapLines(group, estimators)].filter(Boolean));
  };
  fill();
  for (const photograph of [group.right, group.left, group.single]) if (photograph) wholes.set(photograph, fill);
  return place;
}

function cell(photograph, open, properties) {
  if (!cells.has(photograph)) {
    cells.set(photograph, { figure: thumbnail(photograph), said: make("div", { class: "said" }) });
  }
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
    figure.append(noPreview(photograph));
  });
  showMapOn(figure, photograph);
  return figure;
}

function label(figure, photograph) {
  figure.setAttribute("aria-label", say("enlarge", photograph.path));
  figure.querySelector(".no-preview")?.replaceWith(noPreview(photograph));
}

function describe(place, photograph) {
  const estimators = chosenEstimators();
  const open = missing(photograph).length;
  const state = photograph.sending ? say("sending") : open ? say("waiting") : null;
  const silent = !estimators.length && !photograph.problem;
  const held = place.querySelector("select") === document.activeElement;
  place.replaceChildren(...[
    // Hidden where the row has the same name.
    make("p", { class: "file" }, nameElement(photograph.path.split("/").at(-1))),
    eyeChoice(photograph, estimators),
    photograph.problem ? problem(photograph.problem) : values(photograph, estimators),
    warnings(photograph, estimators),
    state ? make("p", { class: photograph.sending ? "state sending" : "state" }, state) : null,
    silent ? make("p", { class: "state" }, say("noEstimator")) : null,
  ].filter(Boolean));
  if (held) place.querySelector("select")?.focus();
}
