// The table as a file: comma-separated, UTF-8 with the mark by which Excel knows it.

import { calibratedColumns } from "./calibrated.js";

const BYTE_ORDER_MARK = "\uFEFF";
// What Excel, Calc and Sheets would calculate; the wide forms are taken for the others in Japanese.
// Apostrophes before it are counted in, so that the one added can be told (spreadsheet_cells.py).
const FORMULA = /^'*(?:[\s\u0000-\u001F]*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]|[\t\r\n])/u;

/** One cell: a number as it is, a text quoted, and with an apostrophe where it would calculate. */
export function cell(value) {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return String(value);
  const text = FORMULA.test(value) ? `'${value}` : value;
  return /["',;\s]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Lines of cells as the text of a file. */
export function csv(lines) {
  return BYTE_ORDER_MARK + lines.map((line) => line.map(cell).join(",") + "\r\n").join("");
}

/**
 * The table's lines: a head, then one photograph a line, in the order of the people.
 *
 * Columns are named as in the tables of `gantei predict`, values with the unit. Warnings and errors
 * are in English and in codes, so that two downloads can be compared whatever the language.
 */
export function tableLines(groups, estimators) {
  const values = estimators.flatMap((estimator) => [
    ...Object.entries(estimator.values).map(([value, unit]) => ({
      name: estimator.name, title: `${estimator.name}.${value} (${unit})`,
      of: (estimate) => estimate?.values[value]?.value,
    })),
    ...calibratedColumns(estimator),
  ]);
  const head = [
    "photograph", "person", "eye", "eye_from", "sha256", "width", "height",
    ...values.map(({ title }) => title),
    "warnings", "warning_codes", "error", "error_code",
  ];
  const lines = groups.flatMap((group) =>
    ["right", "left", "single"].filter((eye) => group[eye]).map((eye) => {
      const { path, sha256, size, estimates, findings, problem } = group[eye];
      return [
        path, group.right && group.left ? group.label : null, eye === "single" ? null : eye,
        eye === "single" ? null : origin(group[eye]), sha256, size?.width, size?.height,
        ...values.map(({ name, of }) => of(estimates[name])),
        warnings(estimates, findings, estimators, ({ text }) => text, ": ", "; "),
        warnings(estimates, findings, estimators, ({ code }) => code, ":", " "),
        problem ? [problem.title, problem.detail].filter(Boolean).join(": ") : null,
        problem?.code,
      ];
    }));
  return [head, ...lines];
}

const origin = ({ chosen, told, found }) =>
  chosen ? "stated" : found ? "detected" : told ? "DICOM" : "file name";

/** What the estimators say, each behind its name, then what is odd about the photograph itself. */
function warnings(estimates, findings, estimators, part, mark, between) {
  const all = estimators.flatMap(({ name }) =>
    [...(estimates[name]?.warnings ?? []), ...(estimates[name]?.calibration_warnings ?? [])]
      .map((each) => `${name}${mark}${part(each)}`));
  return [...all, ...(findings ?? []).map(part)].join(between) || null;
}
