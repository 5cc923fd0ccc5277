// Drawing photographs small. A full photograph is in memory only while it is drawn, two at a time,
// and only those that come near the window are drawn at all.

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
  if (drawing >= AT_ONCE || !waiting.length) return;
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

/** A dark canvas of a photograph's shape, for a map whose photograph cannot be drawn. */
export function blank({ width, height }, side) {
  const factor = side / Math.max(width, height);
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(Math.round(width * factor), 1);
  canvas.height = Math.max(Math.round(height * factor), 1);
  canvas.getContext("2d").fillRect(0, 0, canvas.width, canvas.height);
  return canvas;
}

const wanted = new WeakMap();
const watcher = new IntersectionObserver(
  (seen) => {
    for (const { target, isIntersecting } of seen) {
      if (!isIntersecting) continue;
      watcher.unobserve(target);
      show(target, wanted.get(target));
    }
  },
  { rootMargin: "600px" },
);

/** Show a photograph in an `<img>` once it comes near the window; `failed()` where it cannot. */
export function showWhenNear(image, file, failed) {
  wanted.set(image, { file, failed });
  watcher.observe(image);
}

async function show(image, { file, failed }) {
  const canvas = await drawn(file, THUMBNAIL);
  if (!canvas) return failed();
  // As a compressed blob the browser may forget the pixels of what is out of sight.
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.85));
  image.src = URL.createObjectURL(blob);
  await image.decode().catch(() => {});
  return URL.revokeObjectURL(image.src);
}
