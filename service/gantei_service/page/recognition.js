// Whether a file is a photograph, and why not: its name tells, or else its first bytes, as where
// `gantei predict` walks through a folder. The rules come from the server, which has them in one place.

/**
 * What the server reads: `names` of formats, `suffixes` and `signatures` of their files, the suffixes
 * of those that are `drawn` by browsers, and what is `passedBy`, with its findings.
 */
export const FORMATS = await (await fetch(new URL("formats.json", import.meta.url))).json();

const SIGNATURES = FORMATS.signatures.map((source) => new RegExp(`^(?:${source})`, "s"));
const HEAD = 4096; // bytes of a file that tell what it is
const { folders, files, beginnings, ends, suffixes } = FORMATS.passedBy;

/** Why a file is no photograph, as a finding; null where it is one. */
export async function whyNone(file, path) {
  const parts = path.toLowerCase().split("/");
  const name = parts.at(-1);
  const passedBy = nameTells(parts, name);
  if (passedBy) return passedBy;
  const suffix = /[^.].*(\.[^.]*)$/s.exec(name)?.[1] ?? "";
  if (FORMATS.suffixes.includes(suffix)) return null;
  return own(suffixes, suffix) ?? contentTells(file);
}

/** Hidden files, thumbnails and other litter of a system, and all that lies in folders of such. */
function nameTells(parts, name) {
  const byRules = (whole, part) => own(whole, part) ?? firstThat(beginnings, (start) => part.startsWith(start));
  const above = parts.slice(0, -1).map((part) => byRules(folders, part)).find(Boolean);
  return above ?? firstThat(ends, (end) => name.endsWith(end)) ?? byRules(files, name);
}

async function contentTells(file) {
  let bytes;
  try {
    bytes = await file.slice(0, HEAD).arrayBuffer();
  } catch {
    return null; // it may be one, and its row says that it cannot be read
  }
  if (!bytes.byteLength) return { code: "empty-file", values: { formats: FORMATS.names } };
  const head = String.fromCharCode(...new Uint8Array(bytes));
  if (SIGNATURES.some((signature) => signature.test(head))) return null;
  return { code: "unknown-format", values: { formats: FORMATS.names } };
}

const own = (table, key) => (Object.hasOwn(table, key) ? table[key] : null);
const firstThat = (table, fits) => Object.entries(table).find(([key]) => fits(key))?.[1] ?? null;
