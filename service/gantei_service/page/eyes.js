// Which eye a photograph shows, as its name tells, and which two photographs are of one person.
//
// The rules are those of gantei/photographs/eyes.py, which says them in words; the table of them
// comes from the server, which has it in one place. What someone has said comes before a name.

const RULES = await (await fetch(new URL("names.json", import.meta.url))).json();
const PLACE = "\u0000"; // stands for the word that tells the side
const KINDS = [[/^\p{Lu}$/u, "U"], [/^\p{Ll}$/u, "l"], [/^\p{Lo}$/u, "o"]];
const kindOf = (letter) => KINDS.find(([form]) => form.test(letter))?.[1] ?? "-";

/**
 * What a path tells: `side` ("left", "right" or null), `sure` where it stands without the other
 * eye, and `key`, the same for both eyes of a person.
 */
export function nameTells(path) {
  const parts = path.split("/").map((part) => part.normalize("NFKC"));
  parts.push(parts.pop().replace(new RegExp(RULES.ending, "i"), ""));
  const read = parts.map((part, n) => (n < parts.length - 1 ? folderTells : wordsTell)(part));
  const sides = new Set(read.flatMap((each) => each.sides));
  if (sides.size !== 1) return { side: null, sure: false, key: parts.join("/") };
  const key = read.map(({ rest }) => rest).join("/");
  return { side: [...sides][0], sure: read.some((each) => each.sure), key };
}

/** Of a folder's name all tells, or nothing: right-handed is a group of people. */
function folderTells(name) {
  const words = wordsTell(name.replace(new RegExp(RULES.eye), ""));
  return words.rest === PLACE ? words : { sides: [], sure: false, rest: name };
}

function wordsTell(name) {
  const letters = [...name];
  const kinds = letters.map(kindOf).join("");
  const [sides, pieces] = [[], []];
  let [sure, end] = [false, 0];
  for (const found of kinds.matchAll(new RegExp(RULES.word, "g"))) {
    const after = found.index + found[0].length;
    const joined = [kinds[found.index - 1], kinds[after]].some((kind) => kind === "U" || kind === "l");
    const [side, alone, rest] = sideOfWord(letters.slice(found.index, after).join(""), joined);
    if (side) sides.push(side);
    sure ||= alone;
    pieces.push(...letters.slice(end, found.index), rest);
    end = after;
  }
  return { sides, sure, rest: [...pieces, ...letters.slice(end)].join("") };
}

function sideOfWord(word, joined) {
  const small = word.toLowerCase();
  if (Object.hasOwn(RULES.alone, small)) return [RULES.alone[small], true, PLACE];
  if (Object.hasOwn(RULES.together, small)) {
    return [RULES.together[small], RULES.capitals.includes(word) && !joined, PLACE];
  }
  const within = new RegExp(RULES.within, "u");
  const found = within.exec(word);
  if (found && word.match(/[左右]/gu).length === 1) {
    return [RULES.alone[found[1]], true, word.replace(within, PLACE)];
  }
  return [null, false, word];
}

/**
 * People and single photographs, in the natural order of their names.
 *
 * Each is `{ label, right, left, single }`: a pair has right and left; one eye whose side is sure
 * has that one; any other photograph is `single`.
 */
export function grouped(photographs) {
  const groups = new Map();
  for (const photograph of photographs) {
    const { side, sure, key } = nameTells(photograph.path);
    const person = photograph.person ?? key;
    if (!groups.has(person)) groups.set(person, []);
    // A person's word, the DICOM header's, or the picture's.
    const shown = photograph.chosen ?? photograph.told ?? photograph.found;
    groups.get(person).push({ photograph, key, side: shown ?? side, sure: shown ? true : sure });
  }
  const rows = [...groups.values()].flatMap((members) => {
    const one = (side) => members.filter((member) => member.side === side);
    if (members.length === 2 && one("left").length === 1 && one("right").length === 1) {
      const [right, left] = [one("right")[0].photograph, one("left")[0].photograph];
      const [key, other] = members.map((member) => member.key);
      const label = key === other ? labelOf(key, right.path) : `${right.path} + ${left.path}`;
      return [{ label, right, left, single: null }];
    }
    return members.map(({ photograph, side, sure }) => ({
      label: photograph.path,
      right: sure && side === "right" ? photograph : null,
      left: sure && side === "left" ? photograph : null,
      single: sure ? null : photograph,
    }));
  });
  const order = new Intl.Collator("en", { numeric: true });
  return rows.sort((a, b) => order.compare(a.label, b.label));
}

/** The name of a person: what both names have in common; of left.jpg and right.jpg, the folder. */
function labelOf(key, path) {
  const common = key.replaceAll(new RegExp(`[\\s._-]*${PLACE}[\\s._-]*`, "g"), " ");
  return common.split("/").map((part) => part.trim()).filter(Boolean).join("/") || path;
}

/** The side of each photograph that is known, as the rows tell it: a Map. */
export function sides(photographs) {
  return new Map(grouped(photographs).flatMap(({ right, left }) =>
    [[right, "right"], [left, "left"]].filter(([photograph]) => photograph)));
}
