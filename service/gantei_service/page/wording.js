// Findings in words: the templates of gantei/findings/wording.py, over the very files that it reads.

const read = async (language) =>
  (await fetch(new URL(`findings.${language}.json`, import.meta.url))).json();
const [en, ja] = await Promise.all(["en", "ja"].map(read));

/** By language: `texts` by code, `titles` of problems, `words`, and the lists' `separator`. */
export const WORDING = { en, ja };

/** A finding's text; null where the language has none for its code, or a value is missing. */
export function textOf({ code, values = {} }, language) {
  if (!Object.hasOwn(WORDING[language].texts, code)) return null;
  const template = WORDING[language].texts[code];
  let whole = true;
  const text = template.replace(/\{\{|\}\}|\{(\w+)(?::([^{}]*))?\}/g, (braces, name, how) => {
    if (name === undefined) return braces[0];
    const part = Object.hasOwn(values, name) ? formatted(values[name], how, code, language) : null;
    whole &&= part !== null;
    return part;
  });
  return whole ? text : null;
}

/** A word such as `age` or `years` in a language; others stay as they are. */
export function word(text, language) {
  const { words } = WORDING[language];
  return Object.hasOwn(words, text) ? words[text] : text;
}

function formatted(value, how, code, language) {
  if (how === undefined) return String(value);
  if (how === "word") return word(value, language);
  if (how === "list") {
    const items = value.map((item) => (typeof item === "object"
      ? textOf({ code: `${code}.item`, values: item }, language) : String(item)));
    return items.includes(null) ? null : items.join(WORDING[language].separator);
  }
  const [, digits, kind] = /^(?:\.(\d+))?([fg])$/.exec(how);
  return kind === "f" ? fixed(value, Number(digits)) : general(value, Number(digits ?? 6));
}

/** As Python's `.1f`, which rounds a number that lies in the middle to the even digit. */
function fixed(value, digits) {
  const halves = value * 2 ** (digits + 1);
  const inTheMiddle = Number.isInteger(halves) && (halves * 5 ** digits) % 2 !== 0;
  if (!inTheMiddle) return value.toFixed(digits);
  const below = Math.floor(value * 10 ** digits);
  return ((below % 2 === 0 ? below : below + 1) / 10 ** digits).toFixed(digits);
}

/** As Python's `.3g`. */
function general(value, digits) {
  if (value === 0) return "0";
  const [mantissa, exponent] = value.toExponential(digits - 1).split("e");
  const power = Number(exponent);
  if (power >= -4 && power < digits) return String(Number(fixed(value, digits - 1 - power)));
  return `${Number(mantissa)}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
}
