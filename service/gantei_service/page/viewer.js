// The large view of a row: one photograph, or both eyes side by side, with the map over them.

import { head, useNote } from "./dialogs.js";
import { byId, make } from "./element.js";
import { problem, values, warnings } from "./estimates.js";
import { chosenEstimators, estimatorNamed } from "./estimators.js";
import { drawHeat, scaleOf } from "./heat.js";
import { namesOfValues, say } from "./language.js";
import { legend } from "./legend.js";
import { layer } from "./map_layer.js";
import { nameElement, rowName } from "./names.js";
import { ageField, bothEyes } from "./person_view.js";
import { mapOf } from "./photographs.js";
import { blank, drawn, noPreview } from "./pictures.js";
import { sheetNotes } from "./sheet.js";

const SIDE = 1000; // pixels of the longer side of a photograph

let rows = [];
let number = 0;
let over = null; // the estimator whose map is laid over; null for the photograph alone
let changed = () => {}; // what the table says of the person
let turn = 0; // counts what was asked to be shown, so that a late answer draws nothing

/** Open the view on a row; `onChange(group)` once a real age was typed. */
export function openViewer(groups, at, photograph, onChange) {
  [rows, number, changed] = [groups, at, onChange];
  over = photograph.estimates[layer.of] ? layer.of : null;
  const dialog = byId("viewer");
  dialog.onclose = () => dialog.replaceChildren(); // large pictures are not kept
  dialog.onkeydown = (event) => {
    if (event.target.tagName === "INPUT") return; // whose arrows choose the map, or are the field's
    if (event.key === "ArrowLeft") go(-1);
    if (event.key === "ArrowRight") go(1);
  };
  render();
  dialog.showModal();
}

function go(step) {
  if (!rows[number + step]) return;
  number += step;
  render();
}

function eyes() {
  const group = rows[number];
  return ["right", "left", "single"].filter((eye) => group[eye]).map((eye) => [eye, group[eye]]);
}

function render() {
  const dialog = byId("viewer");
  const shown = eyes();
  const estimators = chosenEstimators().filter(({ name }) =>
    shown.some(([, photograph]) => photograph.estimates[name]));
  if (!estimators.some(({ name }) => name === over)) over = null;
  const figures = make("div", { class: `figures of-${shown.length}` }, shown.map(figure));
  const scale = make("div", { class: "scale" });
  const step = (by, key) => make("button", {
    type: "button", disabled: !rows[number + by], onclick: () => { go(by); refocus(key); }, "data-step": key,
  }, say(key));
  dialog.replaceChildren(
    make("div", { class: "on-paper" }, useNote()),
    head(dialog, "viewer-title", rowName(rows[number])),
    person(rows[number], estimators),
    estimators.length ? choice(estimators, () => paint(figures, scale)) : "",
    scale,
    figures,
    estimators.length ? make("p", { class: "quiet caveat" }, say("caveat")) : "",
    sheetNotes(shown.map(([, photograph]) => photograph), estimators),
    make("footer", {},
      useNote(),
      make("p", { class: "buttons" },
        make("button", { type: "button", onclick: () => print() }, say("print")),
        step(-1, "previous"), step(1, "next"))),
  );
  paint(figures, scale);
}

/** What is said of the person as a whole; null of a lone photograph that has no age. */
function person(group, estimators) {
  const parts = [bothEyes(group, estimators), ageField(group, estimators, () => changed(group))].filter(Boolean);
  return parts.length ? make("section", { class: "person", "aria-label": say("wholePerson") }, parts) : "";
}

/** Keep the keyboard where it was after a step. */
function refocus(key) {
  const dialog = byId("viewer");
  const same = dialog.querySelector(`[data-step="${key}"]:not(:disabled)`);
  (same ?? dialog.querySelector("header button")).focus();
}

function figure([eye, photograph]) {
  const estimators = chosenEstimators();
  const found = warnings(photograph, estimators, { all: true });
  return make("figure", {},
    make("div", { class: "large", role: "img", "aria-label": photograph.path }),
    make("figcaption", {},
      make("p", { class: "file" },
        eye === "single" ? null : make("strong", {}, say(eye), " "), nameElement(photograph.path)),
      photograph.problem ? problem(photograph.problem) : values(photograph, estimators),
      found));
}

function choice(estimators, changed) {
  const valuesOf = (each) => namesOfValues(each).join("/");
  const named = (each) => {
    const alike = estimators.filter((other) => valuesOf(other) === valuesOf(each)).length > 1;
    return valuesOf(each) + (alike ? ` (${each.name})` : "");
  };
  const option = (name, text) => make("label", {},
    make("input", {
      type: "radio", name: "over", checked: over === name,
      onchange: () => { over = name; changed(); },
    }), make("span", {}, text));
  return make("fieldset", { class: "choice" },
    make("legend", { class: "for-ears" }, say("mapChoice")),
    option(null, say("photographOnly")),
    estimators.map((each) => option(each.name, say("mapNamed", named(each)))));
}

/** Draw the pictures, and the map over them with one scale for all, so that eyes can be compared. */
async function paint(figures, place) {
  turn += 1;
  const mine = turn;
  const shown = eyes().map(([, photograph], index) => ({
    photograph, frame: figures.children[index].querySelector(".large"),
  }));
  place.replaceChildren(...(over ? [make("p", { role: "status" }, say("mapLoading"))] : []));
  const maps = over ? await mapsOf(shown, place, () => mine === turn) : [];
  if (mine !== turn) return;
  const scale = maps.some(Boolean) ? scaleOf(maps.filter(Boolean)) : null;
  for (const [index, { photograph, frame }] of shown.entries()) {
    const seen = await drawn(photograph.file, SIDE);
    if (mine !== turn) return;
    const canvas = seen ?? (maps[index] && photograph.size ? blank(photograph.size, SIDE) : null);
    if (canvas && maps[index]) await drawHeat(canvas, maps[index], scale);
    frame.replaceChildren(canvas ?? noPreview(photograph));
    if (canvas && !seen) frame.append(make("p", { class: "map-alone" }, say("mapAlone")));
    frame.dataset.of = maps[index] ? over : "";
  }
  const other = scale && estimatorNamed(over).complements[scale.of];
  if (scale) place.append(legend(scale, { other })); // below what was refused of the other eye
}

/** The maps of what is shown, null where there is none; what was refused is said. */
async function mapsOf(shown, place, current) {
  const settled = await Promise.allSettled(shown.map(({ photograph }) =>
    photograph.estimates[over] ? mapOf(photograph, over) : null));
  if (!current()) return [];
  const refused = settled.find(({ reason }) => reason);
  if (refused && !refused.reason.kind) throw refused.reason;
  place.replaceChildren(...(refused ? [problem(refused.reason)] : []));
  return settled.map(({ value }) => value ?? null);
}
