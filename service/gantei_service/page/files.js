// From what was dropped or chosen to the photographs in it; every file that is none has its reason.

import { whyNone } from "./recognition.js";

/** More photographs than this are work for `gantei predict`. */
export const MOST = 2000;
const MOST_FILES = 10 * MOST; // of folders that are dropped: someone may have dropped a whole disk
const AT_ONCE = 64; // files whose first bytes are read at a time

/**
 * The photographs among `{ file, path, why }`s, and the others, `{ path, why }` each: `why` is a finding,
 * or a key of the page's own reasons. Without a file, `why` is there already.
 */
export async function sorted(found, room = MOST) {
  const [pictures, others] = [[], []];
  for (let start = 0; start < found.length; start += AT_ONCE) {
    const some = found.slice(start, start + AT_ONCE);
    const reasons = await Promise.all(some.map(({ file, path, why }) => why ?? whyNone(file, path)));
    for (const [index, { file, path }] of some.entries()) {
      if (reasons[index]) others.push({ path, why: reasons[index] });
      else if (pictures.length >= room) others.push({ path, why: "tooMany" });
      else pictures.push({ file, path });
    }
  }
  return { pictures, others };
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
  const path = folder.fullPath.replace(/^\//, "");
  const reader = folder.createReader();
  try {
    for (;;) {
      // A browser gives a folder in pieces of about a hundred, and an empty one at the end.
      const entries = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
      if (!entries.length) return;
      for (const entry of entries) {
        if (found.length >= MOST_FILES) {
          found.push({ path: `${path}/`, why: "rest" });
          return;
        }
        if (entry.isDirectory) await walk(entry, found);
        else found.push(await fileOf(entry));
      }
    }
  } catch {
    found.push({ path: `${path}/`, why: "unreadable" });
  }
}

async function fileOf(entry) {
  const path = entry.fullPath.replace(/^\//, "");
  try {
    return { file: await new Promise((resolve, reject) => entry.file(resolve, reject)), path };
  } catch {
    return { path, why: "unreadable" };
  }
}
