// The map of an estimate over its photograph: the same picture as `gantei predict --maps` draws.
//
// The photograph in grey, from its green channel, which shows the vessels best; the map in colours
// over it, as dark as the photograph there. The colours come from the server, which has them in one
// place (gantei.explanations.colour_scale).

let colours = null;

/** The colour scales, asked for once. */
export function loadColours() {
  colours ??= fetch("page/colours.json").then((answer) => answer.json());
  colours.catch(() => (colours = null));
  return colours;
}

/**
 * Which number has which colour, one scale for all the maps that are shown together.
 *
 * Of a number with a unit, a colour is what a place adds or takes, compared with the mean place. Of
 * a probability, it is the logit if all places were like this one.
 */
export function scaleOf(maps) {
  const [{ unit, quantity, of, alone, rows }] = maps;
  const places = rows.length * rows[0].length;
  const probability = quantity !== "value";
  const numbers = maps.flatMap((map) => numbersOf(map).flat());
  const [least, most] = [Math.min(...numbers), Math.max(...numbers)];
  const largest = Math.max(Math.abs(least), Math.abs(most));
  const flat = maps.every(isFlat);
  const twoSided = !probability || (quantity === "logit" && alone);
  if (twoSided) {
    const limit = flat && !probability ? 1 : Math.max(largest, 1e-6);
    return { kind: "diverging", low: -limit, high: limit, unit, quantity, of, probability, places };
  }
  const room = flat ? 0.5 : 0;
  const [low, high] = [least - room, most + room];
  return { kind: "sequential", low, high, unit, quantity, of, probability, places };
}

/** The map's numbers as they are drawn. */
function numbersOf({ rows, quantity, bias }) {
  const probability = quantity !== "value";
  const mean = rows.flat().reduce((sum, number) => sum + number, 0) / rows.flat().length;
  return rows.map((row) => row.map((number) => number + (probability ? bias : -mean)));
}

function isFlat(map) {
  const numbers = map.rows.flat();
  const [least, most] = [Math.min(...numbers), Math.max(...numbers)];
  return most - least <= 1e-5 * Math.max(Math.abs(least), Math.abs(most), 1);
}

/** Lay a map over the photograph that a canvas shows. */
export async function drawHeat(canvas, map, scale) {
  const { [scale.kind]: shades, darkest, brightest } = await loadColours();
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const image = context.getImageData(0, 0, canvas.width, canvas.height);
  const grey = greyOf(image.data, brightest);
  const x = canvas.width / map.size.width;
  const y = canvas.height / map.size.height;
  const [left, right] = [map.box.left, map.box.right].map((side) => Math.round(side * x));
  const [top, bottom] = [map.box.top, map.box.bottom].map((side) => Math.round(side * y));
  const [width, height] = [Math.max(right - left, 1), Math.max(bottom - top, 1)];
  const smooth = resized(numbersOf(map), width, height);
  for (let place = 0; place < grey.length; place += 1) {
    const column = (place % canvas.width) - left;
    const row = Math.floor(place / canvas.width) - top;
    const light = grey[place];
    let colour = [255 * light, 255 * light, 255 * light];
    if (column >= 0 && column < width && row >= 0 && row < height) {
      const share = (smooth[row * width + column] - scale.low) / (scale.high - scale.low);
      const shade = shades[Math.round(Math.min(Math.max(share, 0), 1) * (shades.length - 1))];
      colour = shade.map((channel) => channel * (darkest + (1 - darkest) * light));
    }
    image.data.set(colour, 4 * place);
    image.data[4 * place + 3] = 255;
  }
  context.putImageData(image, 0, 0);
}

/** How bright each pixel is, 0 to 1; a percentile is white, so that a dark photograph shows. */
function greyOf(pixels, brightest) {
  const green = Float32Array.from({ length: pixels.length / 4 }, (_, place) => pixels[4 * place + 1]);
  const ordered = green.slice().sort();
  const white = Math.max(ordered[Math.floor((ordered.length - 1) * (brightest / 100))], 1);
  return green.map((each) => Math.min(each / white, 1));
}

/** A few numbers as many, bicubic between their centres, as Pillow's BICUBIC: row after row. */
export function resized(rows, width, height) {
  const across = weights(rows[0].length, width);
  const down = weights(rows.length, height);
  const wide = rows.map((row) => across.map((parts) => weighted(parts, (place) => row[place])));
  const result = new Float32Array(width * height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      result[y * width + x] = weighted(down[y], (place) => wide[place][x]);
    }
  }
  return result;
}

const weighted = (parts, at) => parts.reduce((sum, [place, weight]) => sum + weight * at(place), 0);

/** For each of `many` places, which of `few` it takes after, and how much. */
function weights(few, many) {
  // To fewer places, the bell is as wide as a place is; that only happens to tiny pictures.
  const stretch = Math.max(few / many, 1);
  return Array.from({ length: many }, (_, number) => {
    const centre = ((number + 0.5) * few) / many;
    const first = Math.max(Math.floor(centre - 2 * stretch + 0.5), 0);
    const end = Math.min(Math.floor(centre + 2 * stretch + 0.5), few);
    const parts = [];
    for (let place = first; place < end; place += 1) {
      parts.push([place, bell((place + 0.5 - centre) / stretch)]);
    }
    const whole = parts.reduce((sum, [, weight]) => sum + weight, 0);
    return parts.map(([place, weight]) => [place, weight / whole]);
  });
}

function bell(distance) {
  const x = Math.abs(distance);
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
}

/** A strip of a scale's colours, to stand in a legend. */
export async function drawStrip(canvas, scale) {
  const { [scale.kind]: shades } = await loadColours();
  Object.assign(canvas, { width: shades.length, height: 1 });
  const context = canvas.getContext("2d");
  const image = context.createImageData(shades.length, 1);
  shades.forEach((shade, place) => image.data.set([...shade, 255], 4 * place));
  context.putImageData(image, 0, 0);
}
