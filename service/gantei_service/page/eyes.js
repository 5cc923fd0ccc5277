// Which eye a photograph shows, as its name tells, and which two photographs are of one person.
//
// A wrong side is worse than none, so the rule is narrow:
//
// 1. The name is the path below the chosen folder, without the ending, in words: runs of letters or
//    of digits, parted where lower case meets upper case (p1Left) and where letters meet digits.
// 2. Words that tell a side by themselves: left, right, OD, OS in any case; 左 or 右 standing alone;
//    左眼, 右眼, 左目, 右目 inside a Japanese word that has no other 左 or 右.
// 3. Words that tell a side only when the other eye is there too: L, R, LE, RE. Alone they may be
//    initials or a retake.
// 4. A name whose words disagree (left-right-1) has no side.
// 5. Two photographs are a pair when their names are the same but for those words, one says left
//    and one right, and no third has that name. Otherwise nobody is paired.

const ALONE = new Map([
  ["left", "left"], ["os", "left"], ["左", "left"],
  ["right", "right"], ["od", "right"], ["右", "right"],
]);
const TOGETHER = new Map([["l", "left"], ["le", "left"], ["r", "right"], ["re", "right"]]);
const WORD = /\p{Lu}+(?!\p{Ll})|\p{Lu}?\p{Ll}+|\p{Lo}+/gu;
const EYE = /([左右])[眼目]/u;
const PLACE = "\u0000"; // stands for the word that tells the side

/**
 * What a path tells: `side` ("left", "right" or null), `sure` where it stands without the other
 * eye, and `key`, the same for both eyes of a person.
 */
export function told(path) {
  const name = path.normalize("NFKC").replace(/\.[A-Za-z0-9]{1,5}$/, "");
  const sides = new Set();
  let sure = false;
  const key = name.replace(WORD, (word) => {
    const [side, alone, rest] = sideOfWord(word);
    if (!side) return word;
    sides.add(side);
    sure ||= alone;
    return rest;
  });
  if (sides.size !== 1) return { side: null, sure: false, key: name };
  return { side: [...sides][0], sure, key };
}

function sideOfWord(word) {
  const small = word.toLowerCase();
  if (ALONE.has(small)) return [ALONE.get(small), true, PLACE];
  if (TOGETHER.has(small)) return [TOGETHER.get(small), false, PLACE];
  const found = EYE.exec(word);
  if (found && word.match(/[左右]/gu).length === 1) {
    return [found[1] === "左" ? "left" : "right", true, word.replace(EYE, PLACE)];
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
    const { side, sure, key } = told(photograph.path);
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push({ photograph, side, sure });
  }
  const rows = [...groups].flatMap(([key, members]) => {
    const one = (side) => members.filter((member) => member.side === side);
    if (members.length === 2 && one("left").length === 1 && one("right").length === 1) {
      const [right, left] = [one("right")[0].photograph, one("left")[0].photograph];
      return [{ label: labelOf(key, right.path), right, left, single: null }];
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
