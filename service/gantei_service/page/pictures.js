// Drawing photographs small. A full photograph is in memory only while it is drawn, two at a time,
// those that come near the window first, and a hundred more while there is nothing else to draw: they
// may be printed.

import { make } from "./element.js";
import { say } from "./language.js";
import { FORMATS } from "./recognition.js";

const AT_ONCE = 2;
const THUMBNAIL = 360; // pixels of the longer side: the tile of a thumbnail on a screen of 2x

const waiting = [];
let drawing = 0;

/** The photograph on a canvas whose longer side is `side`, upright; null where no browser can. */
export function drawn(file, side) {
  return new Promise((resolve) => {
    waiting.push({ file, side, resolve });
    drawNext();
  });
}

async function drawNext() {
  if (drawing >= AT_ONCE) return;
  if (!waiting.length) return drawAhead();
  drawing += 1;
  const { file, side, resolve } = waiting.shift();
  resolve(await draw(file, side).catch(() => null)); // TIFF, or damaged: the server will tell
  drawing -= 1;
  drawNext();
}

async function draw(file, side) {
  // Asked for a smaller picture, browsers disagree on which side is which after an EXIF turn.
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  const factor = Math.min(side / Math.max(bitmap.width, bitmap.height), 1);
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(Math.round(bitmap.width * factor), 1);
  canvas.height = Math.max(Math.round(bitmap.height * factor), 1);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return canvas;
}

/**
 * What stands in the place of a photograph that cannot be drawn here: a neutral eye, and words, which
 * name a format that browsers do not draw; of others the file is damaged.
 */
export function noPreview({ path, problem }) {
  const ending = /[^./]\.([a-z][a-z0-9]{1,4})$/i.exec(path)?.[1].toUpperCase();
  const format = /^(?:DCM|DICOM|DIC|IMA)$/.test(ending) ? "DICOM" : ending;
  const isDrawn = FORMATS.drawn.some((each) => path.toLowerCase().endsWith(each));
  const words = problem || !ending || isDrawn ? say("noPreview") : say("noPreviewOf", format);
  return make("span", { class: "no-preview" }, words);
}

/** A dark canvas of a photograph's shape, for a map whose photograph cannot be drawn. */
export function blank({ width, height }, side) {
  const factor = side / Math.max(width, height);
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(Math.round(width * factor), 1);
  canvas.height = Math.max(Math.round(height * factor), 1);
  canvas.getContext("2d").fillRect(0, 0, canvas.width, canvas.height);
  return canvas;
}

const AHEAD = 100; // thumbnails that are drawn though nobody has come near them
const LATER = 500; // milliseconds after which that begins

const wanted = new WeakMap();
const unseen = new Set(); // images that have not come near the window, in their order
let ahead = 0;
let kick = null; // where nothing is near the window, nothing else begins it
const watcher = new IntersectionObserver(
  (seen) => {
    for (const { target, isIntersecting } of seen) {
      if (!isIntersecting) continue;
      take(target);
    }
  },
  { rootMargin: "600px" },
);

/** Show a photograph in an `<img>` once it comes near the window; `failed()` where it cannot. */
export function showWhenNear(image, file, failed) {
  wanted.set(image, { file, failed });
  unseen.add(image);
  watcher.observe(image);
  kick ??= setTimeout(() => {
    kick = null;
    drawNext();
  }, LATER);
}

function take(image) {
  unseen.delete(image);
  watcher.unobserve(image);
  show(image, wanted.get(image));
}

function drawAhead() {
  for (const image of unseen) {
    if (ahead >= AHEAD) return;
    if (image.isConnected) {
      ahead += 1;
      return take(image);
    }
    unseen.delete(image); // of a row that is hidden or gone; it is drawn if it comes near
  }
}

async function show(image, { file, failed }) {
  const canvas = await drawn(file, THUMBNAIL);
  if (!canvas) return failed();
  // As a compressed blob the browser may forget the pixels of what is out of sight.
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.85));
  if (!blob) return failed(); // no memory for it
  image.src = URL.createObjectURL(blob);
  await image.decode().catch(() => {});
  return URL.revokeObjectURL(image.src);
}
