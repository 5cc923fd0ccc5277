// The map over a thumbnail, while the mouse is over it or the keyboard is on it. A map is asked for
// only once someone looks: a tap opens the large view, which has it too.

import { make } from "./element.js";
import { estimatorNamed } from "./estimators.js";
import { drawHeat, scaleOf } from "./heat.js";
import { problemWords, say } from "./language.js";
import { legend } from "./legend.js";
import { mapOf } from "./photographs.js";
import { blank } from "./pictures.js";

const LINGER = 120; // milliseconds; a mouse that only passes asks for nothing

/** The estimator whose map is shown on thumbnails; null for none. */
export const layer = { of: null };

/** Let a thumbnail's button show the map. */
export function showMapOn(button, photograph) {
  let timer = null;
  const show = () => {
    clearTimeout(timer);
    timer = setTimeout(() => lay(button, photograph), LINGER);
  };
  const hide = () => {
    clearTimeout(timer);
    if (button.matches(":hover, :focus-visible")) return;
    button.querySelector(".layer")?.remove();
  };
  button.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && show());
  button.addEventListener("focus", () => button.matches(":focus-visible") && show());
  button.addEventListener("pointerleave", hide);
  button.addEventListener("blur", hide);
  button.addEventListener("keydown", (event) => {
    if (event.key === "Escape") button.querySelector(".layer")?.remove();
  });
}

async function lay(button, photograph) {
  const name = layer.of;
  if (!name || !photograph.estimates[name] || button.querySelector(".layer")) return;
  const said = make("span", { class: "layer-said" }, say("mapLoading"));
  const over = make("span", { class: "layer" }, said);
  button.append(over);
  try {
    const map = await mapOf(photograph, name);
    const scale = scaleOf([map]);
    const canvas = thumbnailOf(button, map);
    await drawHeat(canvas, map, scale);
    over.dataset.of = name;
    const other = estimatorNamed(name).complements[scale.of];
    over.replaceChildren(canvas, legend(scale, { other, short: true }));
  } catch (error) {
    if (!error.kind) throw error;
    said.textContent = problemWords(error).text;
  }
}

function thumbnailOf(button, map) {
  const image = button.querySelector("img");
  if (!image.naturalWidth) return blank(map.size, 240);
  const canvas = make("canvas", { width: image.naturalWidth, height: image.naturalHeight });
  canvas.getContext("2d", { willReadFrequently: true }).drawImage(image, 0, 0);
  return canvas;
}
