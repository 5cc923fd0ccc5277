// The server's sentences that can be said in Japanese: what is wrong with a photograph, and what to
// know before using a value. One that is not here is shown in English, as it was sent.

import { UNITS, VALUES } from "./words.js";

const FORMATS = "JPEG・PNG・TIFF・BMP・WebP";
const COLOUR = "推定器が学習したのはカラー写真で、レッドフリー写真や蛍光眼底造影ではありません";
const SIDES = { right: "右眼", left: "左眼" };
const PARTS = { "bright part": "明るい部分", picture: "画像" };

const valueName = (name) => VALUES.ja[name] ?? name;
const unitName = (unit) => UNITS.ja[unit] ?? unit;
const drift = (all) => all.split(", ").map((each) =>
  each.replace(/^(\S+) by (\S+) (.+)$/, (_, value, most, unit) =>
    `${valueName(value)} ${most}${unit === "probability" ? "(確率)" : ` ${unitName(unit)}`}`)).join("、");

const FORMS = [
  [/^a grey picture \(mode (\S+)\); /, (mode) => `白黒の画像です(モード ${mode})。${COLOUR}`],
  [/^no colour, its channels are equal; /, () => `色のない画像です(三色の値が等しい)。${COLOUR}`],
  [/^no colour, only one channel is lit; /, () => `一色だけの画像です。${COLOUR}`],
  [/^a black picture/, () => "真っ黒な画像で、推定に使えるものが写っていません"],
  [/^pixels of mode (\S+), /,
    (mode) => `画素の形式 ${mode} は、値の範囲が分かりません。8 ビット RGB で保存し直してください`],
  [/^damaged or cut-off (\S+) \((.*)\); /, (kind, why) =>
    `${kind} ファイルが壊れているか、途中で切れています。元の場所から取り直してください(${why})`],
  [/^damaged or unusual JPEG \((.*)\); /, (why) =>
    `壊れているか、TensorFlow 相当のデコーダーで読めない JPEG です。元の場所から取り直してください(${why})`],
  [/^a progressive JPEG whose last scans are missing; /, () =>
    "プログレッシブ JPEG の最後の部分が欠けています。元の場所から取り直してください"],
  [/^a BMP with run lengths; /, () => "ランレングス圧縮の BMP です。PNG として保存し直してください"],
  [/^empty; /, () => `空のファイルです。受け付ける形式は ${FORMATS} です`],
  [/^a DICOM file; /, () => `DICOM ファイルです。画像を ${FORMATS} として書き出してください`],
  [/^not a picture in a known format; /, () => `受け付ける画像形式ではありません。${FORMATS} を受け付けます`],
  [/^a (\S+) of several frames; /,
    (kind) => `複数の画像を含む ${kind} です。写真の一枚だけを別のファイルに保存してください`],
  [/^(\d+) x (\d+) pixels; at most (\d+) megapixels /, (width, height, most) =>
    `${width} × ${height} 画素あります。${most} 百万画素までなので、先に縮小してください`],
  [/^a JPEG of more than (\d+) scans; /,
    (most) => `走査が ${most} 回を超える JPEG です。カメラの書く形ではないので、保存し直してください`],
  [/^its bright part needs a square of /, () => "明るい部分の形から、眼底写真ではないと判断しました"],
  [/^at most (\d+) bytes are taken$/, (most) => `上限は ${most} バイトです`],
  [/^right or left eye\? The network takes left eyes mirrored, and (nothing tells|the optic disc does not tell) /,
    (why) => "右眼か左眼かが分かりません。この推定器は左眼の写真を左右反転して扱います。"
      + `${why === "nothing tells" ? "" : "視神経乳頭からも判定できませんでした。"}`
      + "左右を選ぶか、ファイル名に -right または -left を付けるか、視神経乳頭から判定させてください"],
  [/^assumed to be a (right|left) eye, by where the optic disc lies$/,
    (side) => `視神経乳頭の位置から${SIDES[side]}と仮定しました`],
  [/^its eye is stated as (right|left), though its name says (right|left)$/, (side, name) =>
    `${SIDES[side]}と指定されましたが、ファイル名は${SIDES[name]}を示しています`],
  [/^assumed (\S+) = (.*)$/, (fact, value) => `仮定した設定:${fact} = ${value}`],
  [/^(\S+) (\S+) lies outside the range seen in training, (\S+) to (\S+) (.+)$/,
    (name, value, low, high, unit) =>
      `${valueName(name)} ${value} ${unitName(unit)}は、学習データの範囲`
      + `(${low}〜${high} ${unitName(unit)})の外です`],
  [/^no disc on a dark surround was found: its whole (bright part|picture) was taken$/,
    (part) => `暗い背景の中に円い視野が見つからず、${PARTS[part]}全体を使いました`],
  [/^stretched: the (\S+) x (\S+) px that are not black were made (\S+) x (\S+)$/,
    (width, height, across, down) =>
      `黒くない部分 ${width} × ${height} 画素を、${across} × ${down} に引き伸ばしました`],
  [/^enlarged from (\S+) x (\S+) px to the network's (\S+) x (\S+)$/, (width, height, across, down) =>
    `${width} × ${height} 画素から、ネットワークの入力の ${across} × ${down} に拡大しました`],
  [/^(\S+) variant of (\S+), which differed from it by at most: (.+), on (\d+) photographs$/,
    (precision, original, most, count) =>
      `${original} の ${precision} 版です。写真 ${count} 枚での元との差は最大で${drift(most)}でした`],
];

/** A sentence of the server's in Japanese; null where its form is not known. */
export function inJapanese(sentence) {
  for (const [form, japanese] of FORMS) {
    const found = form.exec(sentence);
    if (found) return japanese(...found.slice(1));
  }
  return null;
}
