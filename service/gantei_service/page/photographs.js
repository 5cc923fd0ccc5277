// The photographs of this tab and what is known of each; sends them, a few at a time.
//
// There is no list of jobs: what has to be asked follows from what is known. A photograph needs the
// chosen estimators that have not answered it, so choosing another one sends only what is missing.

import { Refusal, estimate } from "./api.js";
import { sides } from "./eyes.js";
import { textOf } from "./wording.js";

const LANES = 4; // requests under way at once; a browser opens six connections to one server

/** All photographs, in the order in which they came. */
export const photographs = [];
/** `limits`: what the server takes; `stopped`: nothing is sent; `refusal`: why, if not by hand. */
export const work = { limits: null, chosen: [], stopped: false, refusal: null };

const newRound = () => ({ controller: new AbortController(), lanes: 0 });
let round = newRound(); // from a start to a stop
let changed = () => {};

/**
 * Set who is called at each change: `changed(photograph, regrouped)`, null where it concerns all;
 * `regrouped` where photographs may stand in other rows.
 */
export function onChange(listener) {
  changed = listener;
}

/** Take photographs in, but none twice; returns those that were here already. */
export function add(found) {
  const known = new Set(photographs.map(identity));
  const fresh = found.filter((each) => !known.has(identity(each)));
  for (const { file, path } of fresh.sort((a, b) => natural.compare(a.path, b.path))) {
    photographs.push({
      file, path, sha256: null, size: null, estimates: {}, findings: [], problem: null, sending: false,
      maps: new Map(), chosen: null, told: null, found: null, sought: false, sent: null,
      person: null, realAge: null,
    });
  }
  renewEyes();
  return found.filter((each) => !fresh.includes(each));
}

/** Set which eye a photograph shows: "right", "left", "detect" to look for it, null as its name tells. */
export function choose(photograph, eye) {
  const sought = eye === "detect";
  Object.assign(photograph, { sought, chosen: sought ? null : eye, told: null, found: null });
  Object.assign(work, { stopped: false, refusal: null });
  regroup();
}

/** Photographs may stand in other rows now, and their eyes be known otherwise: send what is missing. */
export function regroup() {
  renewEyes();
  changed(null, true);
  resume();
}

/** What is sent of each photograph's eye. A name may tell it only since the other eye is here. */
function renewEyes() {
  const known = sides(photographs);
  for (const photograph of photographs) {
    const eye = photograph.sought ? "detect" : (known.get(photograph) ?? "unknown");
    if (photograph.eye === eye) continue;
    photograph.eye = eye;
    if (photograph.sent !== null && photograph.sent !== eye) forget(photograph);
  }
}

function forget(photograph) {
  Object.assign(photograph, { estimates: {}, findings: [], problem: null, maps: new Map(), sent: null });
}

const natural = new Intl.Collator("en", { numeric: true }); // the order of the table
const identity = ({ file, path }) => `${path}\u0000${file.size}\u0000${file.lastModified}`;

/** Forget everything, also what is under way. */
export function clear() {
  stop();
  photographs.length = 0;
  Object.assign(work, { stopped: false, refusal: null });
}

/** The chosen estimators that have not answered a photograph yet. */
export function missing(photograph) {
  if (photograph.problem) return [];
  return work.chosen.filter((name) => !(name in photograph.estimates));
}

/** How many photographs there are, are answered, have a problem, and could be tried again. */
export function counts() {
  const failed = photographs.filter((each) => each.problem);
  const open = photographs.filter((each) => missing(each).length).length;
  return {
    all: photographs.length,
    done: work.chosen.length ? photographs.length - open : failed.length,
    open,
    failed: failed.length,
    again: failed.filter((each) => each.problem.status >= 500).length,
  };
}

/** Send what is missing; does nothing where all is answered. */
export function start() {
  Object.assign(work, { stopped: false, refusal: null });
  resume();
}

/** Send what is missing, unless someone has stopped the work. */
export function resume() {
  if (work.stopped) return;
  const free = LANES - round.lanes;
  for (let more = Math.min(free, counts().open); more > 0; more -= 1) lane(round);
  changed(null);
}

/** Send nothing more; what is under way is given up. */
export function stop(refusal = null) {
  Object.assign(work, { stopped: true, refusal });
  round.controller.abort();
  round = newRound();
  changed(null);
}

/** Forget the problems that were the server's, and send those photographs again. */
export function tryAgain() {
  for (const each of photographs) if (each.problem?.status >= 500) each.problem = null;
  start();
}

async function lane(mine) {
  mine.lanes += 1;
  const { signal } = mine.controller;
  while (!signal.aborted) {
    const next = photographs.find((each) => !each.sending && missing(each).length);
    if (!next) break;
    await answer(next, missing(next), signal);
  }
  mine.lanes -= 1;
  // What was given up may have been passed over by a round that began meanwhile.
  if (mine !== round) resume();
}

async function answer(photograph, estimators, signal) {
  photograph.sending = true;
  changed(photograph);
  try {
    if (work.limits && photograph.file.size > work.limits.body_bytes) {
      const values = { megabytes: work.limits.body_bytes / 1e6 };
      throw new Refusal("body-too-large", { code: "body-limit", values, status: 413 });
    }
    const { eye } = photograph;
    photograph.sent = eye;
    const entry = await estimate(photograph.file, estimators, { eye, signal });
    if (photograph.eye !== eye) return forget(photograph); // another was chosen meanwhile
    if (isToldOtherwise(photograph, entry)) return renewEyes();
    const found = entry.eye_from === "detected" ? entry.eye : null;
    Object.assign(photograph, { sha256: entry.sha256, size: entry.size, findings: entry.findings ?? [] });
    noteSameFile(entry.sha256);
    if (found !== photograph.found) {
      photograph.found = found;
      changed(null, true);
    }
    Object.assign(photograph.estimates, entry.estimates);
    photograph.problem = entry.problem ? refusalIn(entry.problem) : null;
  } catch (error) {
    if (error.name === "AbortError") return;
    if (!(error instanceof Refusal)) throw error;
    if (error.stops) {
      if (!signal.aborted) stop(error);
    } else photograph.problem = error;
  } finally {
    photograph.sending = false;
    changed(photograph);
  }
}

/** Of files that are the same byte for byte, all but the first say so. */
function noteSameFile(sha256) {
  const [first, ...others] = photographs.filter((each) => sha256 !== null && each.sha256 === sha256);
  for (const each of others) {
    const finding = { code: "same-file", values: { first: first.path } };
    const different = each.findings.filter(({ code }) => code !== finding.code);
    each.findings = [...different, { ...finding, text: textOf(finding, "en") }];
    changed(each);
  }
}

/** Note the eye that a DICOM file tells; whether it is another than its name did, which was sent. */
function isToldOtherwise(photograph, entry) {
  if (photograph.chosen || photograph.told) return false;
  const said = (entry.findings ?? []).find(({ code }) => code === "eye-contradicts-dicom");
  photograph.told = entry.eye_from === "DICOM" ? entry.eye : (said?.values.dicom ?? null);
  if (!photograph.told) return false;
  if (!said && !photograph.sought) photograph.eye = photograph.sent = photograph.told;
  changed(null, true);
  return Boolean(said);
}

const refusalIn = (problem) => new Refusal(problem.type.split(":").at(-1), problem);

/** The map of a photograph by one estimator, asked for once; throws a `Refusal`. */
export async function mapOf(photograph, name) {
  if (!photograph.maps.has(name)) {
    const asked = estimate(photograph.file, [name], { explain: "map", eye: photograph.eye }).then((entry) => {
      if (entry.problem) throw refusalIn(entry.problem);
      const { map, values } = entry.estimates[name];
      return { ...map, size: entry.size, alone: Object.keys(values).length === 1 };
    });
    photograph.maps.set(name, asked);
    // A refusal that may pass is not kept.
    asked.catch((error) => error.status !== 422 && photograph.maps.delete(name));
  }
  return photograph.maps.get(name);
}
