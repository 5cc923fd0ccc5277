// From what was dropped or chosen to the photographs in it. Names tell; of a file whose name tells
// nothing, as those of DICOM do, the first bytes are read.

/** More photographs than this are work for `gantei predict`. */
export const MOST = 2000;

/**
 * What the server reads: `names` of formats, `suffixes` and `signatures` of their files, and what is
 * `passedBy`.
 */
export const FORMATS = await (await fetch(new URL("formats.json", import.meta.url))).json();

/** The pictures of `{ file, path }`s, how many files were no pictures, and how many too many. */
export async function sorted(found, room = MOST) {
  const are = await Promise.all(found.map(({ file, path }) => isPicture(file, path.toLowerCase())));
  const pictures = found.filter((_, index) => are[index]);
  return {
    pictures: pictures.slice(0, room),
    others: found.length - pictures.length,
    tooMany: Math.max(pictures.length - room, 0),
  };
}

const SIGNATURES = FORMATS.signatures.map((source) => new RegExp(`^(?:${source})`, "s"));
const HEAD = 4096;

async function isPicture(file, name) {
  if (isPassedBy(name.split("/"))) return false;
  const ends = FORMATS.suffixes.some((suffix) => name.endsWith(suffix));
  if (ends || file.type.startsWith("image/")) return true;
  return !/\.[a-z][a-z0-9]{1,4}$/.test(name) && beginsAsOne(file);
}

/** Whether a file begins as a photograph's does, or as DICOM with its usual preamble. */
async function beginsAsOne(file) {
  const bytes = await file.slice(0, HEAD).arrayBuffer().catch(() => new ArrayBuffer(0));
  const head = String.fromCharCode(...new Uint8Array(bytes));
  return head.slice(128, 132) === "DICM" || SIGNATURES.some((signature) => signature.test(head));
}

/** Whether it is hidden, or a thumbnail or other litter of a system, or in a folder of such. */
function isPassedBy(parts) {
  const { folders, files, beginnings } = FORMATS.passedBy;
  const above = parts.slice(0, -1);
  return (
    files.includes(parts.at(-1)) ||
    above.some((part) => folders.includes(part)) ||
    parts.some((part) => beginnings.some((beginning) => part.startsWith(beginning)))
  );
}

/** What an `<input type=file>` holds; from a folder, with paths below it. */
export function chosen(input) {
  return [...input.files].map((file) => ({ file, path: file.webkitRelativePath || file.name }));
}

/** What was dropped, folders with all that is below them. */
export async function dropped(transfer) {
  // The entries must be taken before the first wait: afterwards the browser has emptied the list.
  const items = [...transfer.items].filter((item) => item.kind === "file");
  const entries = items.map((item) => [item.webkitGetAsEntry?.(), item.getAsFile()]);
  const found = [];
  for (const [entry, file] of entries) {
    if (entry?.isDirectory) await walk(entry, found);
    else if (file) found.push({ file, path: file.name });
  }
  return found;
}

async function walk(folder, found) {
  const reader = folder.createReader();
  for (;;) {
    // A browser gives a folder in pieces of about a hundred, and an empty one at the end.
    const entries = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!entries.length) return;
    for (const entry of entries) {
      if (found.length > 10 * MOST) return; // someone dropped a whole disk
      if (entry.isDirectory) await walk(entry, found);
      else {
        const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
        found.push({ file, path: entry.fullPath.replace(/^\//, "") });
      }
    }
  }
}
