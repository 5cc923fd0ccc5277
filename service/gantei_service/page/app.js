// The page: what is pressed, dropped and heard, and which part is drawn anew.

import { onTokenNeeded } from "./api.js";
import { forgetArrangement, isArranged } from "./arrange.js";
import { renderArrange } from "./arrange_view.js";
import { csv, tableLines } from "./csv.js";
import { askForToken } from "./dialogs.js";
import { byId, make } from "./element.js";
import { chosenEstimators, loadEstimators, notice, renderEstimators } from "./estimators.js";
import { MOST, chosen, dropped, sorted } from "./files.js";
import { begin, language, namesOfValues, onLanguage, problemWords, say, use } from "./language.js";
import { forgetLeftOut, renderLeftOut, tellLeftOut } from "./left_out.js";
import { layer } from "./map_layer.js";
import {
  add, clear, counts, onChange, photographs, resume, start, stop, tryAgain, work,
} from "./photographs.js";
import { FORMATS } from "./recognition.js";
import { groups, renderPhotograph, renderTable } from "./table.js";

const SPEAK_EVERY = 5000; // milliseconds between two announcements of progress

let spoken = { at: 0, text: "" };
let wasBusy = false;
let taking = Promise.resolve(); // one drop after the other

/** Take photographs in, one drop after the other, and say what became of each file. */
function takeIn(found) {
  taking = taking.then(async () => {
    const { pictures, others } = await sorted(await found, MOST - photographs.length);
    const twice = add(pictures);
    tellLeftOut(pictures.length - twice.length, [...others, ...twice.map(({ path }) => ({ path, why: "twice" }))]);
    if (twice.length === pictures.length) return;
    renderAll();
    start();
  }).catch(reportError);
}

function renderAll(how) {
  byId("results").hidden = !photographs.length;
  byId("formats").textContent = say("formats", FORMATS.names);
  byId("drop-title").textContent = say(photographs.length ? "dropMore" : "dropHere");
  byId("drop").classList.toggle("small", photographs.length > 0);
  byId("notices").replaceChildren(...notices());
  renderMapChoice();
  renderArrange(byId("arrange"), renderRows(how), chosenEstimators(), renderRows);
  renderProgress();
}

/** Draw the table and the fields that arrange it, and say how many rows they hide. */
function renderRows(how) {
  const { all, shown } = renderTable(byId("table"), how);
  byId("hidden-rows").textContent = shown < all ? say("hiddenRows", shown, all) : "";
  return all;
}

/** What must be known before any number is read, once for estimators that say the same. */
function notices() {
  const byText = new Map(chosenEstimators().filter((each) => each.notice).map((each) => [each.notice, each]));
  return [...byText.values()].map(notice);
}

function renderProgress() {
  const { all, done, open, failed, again } = counts();
  const busy = open > 0 && !work.stopped;
  if (wasBusy && !busy && isArranged()) renderRows(); // not while answers come: no row moves under the mouse
  wasBusy = busy;
  Object.assign(byId("progress"), { max: Math.max(all, 1), value: done });
  byId("counted").textContent = say("progress", done, all);
  byId("failed").textContent = say("problems", failed);
  byId("retry").textContent = say("retry", again);
  const visible = {
    "cancel": busy, "go-on": work.stopped && open > 0, "retry": again > 0 && !busy, "progress": open > 0,
  };
  for (const [id, shown] of Object.entries(visible)) show(byId(id), shown);
  byId("download").disabled = !photographs.some((each) => each.problem || Object.keys(each.estimates).length);
  byId("stopped").hidden = !work.stopped || !open;
  byId("stopped").textContent = whyStopped(open);
  if (all) speak(open ? say("progress", done, all) : say("finished", done, failed), !busy);
}

/** Show or hide a button; one that goes hands the keyboard on to the next that stays. */
function show(element, shown) {
  const held = !shown && element === document.activeElement;
  element.hidden = !shown;
  if (held) element.parentElement.querySelector("button:not([hidden]):not(:disabled)")?.focus();
}

function whyStopped(open) {
  if (!work.refusal) return say("stopped", open);
  const { text, detail } = problemWords(work.refusal);
  return say("stoppedWhy", [text, detail].filter(Boolean).join(": "));
}

/** Say how far it is, not more often than can be listened to. */
function speak(text, now) {
  if (text === spoken.text || (!now && Date.now() - spoken.at < SPEAK_EVERY)) return;
  spoken = { at: Date.now(), text };
  byId("said").textContent = text;
}

function renderMapChoice() {
  const estimators = chosenEstimators();
  if (!estimators.some(({ name }) => name === layer.of)) layer.of = estimators[0]?.name ?? null;
  const options = estimators.map((each) => make("option", { value: each.name, selected: each.name === layer.of },
    `${namesOfValues(each).join("/")} (${each.name})`));
  const select = make("select", { id: "map-choice", onchange: () => (layer.of = select.value || null) },
    options, make("option", { value: "" }, say("noMap")));
  byId("map-of").replaceChildren(make("label", { for: "map-choice" }, say("mapOf")), select);
}

function download() {
  const text = csv(tableLines(groups(), chosenEstimators()));
  const address = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
  make("a", { href: address, download: "gantei.csv" }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

function listenToDrops() {
  const drop = byId("drop");
  const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
  // The whole window takes them: a photograph that misses would otherwise replace the page.
  addEventListener("dragover", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    drop.classList.add("over");
  });
  addEventListener("dragleave", (event) => event.relatedTarget || drop.classList.remove("over"));
  addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    drop.classList.remove("over");
    takeIn(dropped(event.dataTransfer));
  });
}

function listenToButtons() {
  const on = { "cancel": () => stop(), "go-on": start, "retry": tryAgain, download };
  for (const [id, act] of Object.entries(on)) byId(id).addEventListener("click", act);
  byId("clear").addEventListener("click", () => {
    clear();
    forgetArrangement();
    forgetLeftOut();
    renderAll();
    byId("choose-files").focus();
  });
  for (const [button, input] of [["choose-files", "files"], ["choose-folder", "folder"]]) {
    byId(button).addEventListener("click", () => byId(input).click());
    byId(input).addEventListener("change", () => {
      takeIn(chosen(byId(input)));
      byId(input).value = ""; // so that the same folder can be chosen again
    });
  }
  for (const button of document.querySelectorAll("[data-language]")) {
    button.addEventListener("click", () => {
      history.replaceState(null, "", `#${button.dataset.language}`);
      use(button.dataset.language);
    });
  }
}

onTokenNeeded(askForToken);
onChange((photograph, regrouped) => {
  if (regrouped) renderRows();
  if (photograph) renderPhotograph(photograph);
  renderProgress();
});
onLanguage(() => {
  for (const button of document.querySelectorAll("[data-language]")) {
    button.setAttribute("aria-pressed", String(button.dataset.language === language()));
  }
  renderEstimators();
  renderLeftOut();
  renderAll({ language: true });
});
byId("files").accept = ["image/*", ...FORMATS.suffixes].join(",");
begin();
listenToDrops();
listenToButtons();
loadEstimators(
  () => {
    work.chosen = chosenEstimators().map(({ name }) => name);
    renderAll();
    resume();
  },
  (limits) => (work.limits = limits),
);
