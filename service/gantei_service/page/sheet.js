// What stands on the printed sheet of a person alone: when it was printed, by which estimators, from
// which files.

import { calibrationLine } from "./calibrated.js";
import { make } from "./element.js";
import { language, own, say } from "./language.js";
import { nameElement } from "./names.js";

const DIGITS = 16; // of a sha256: enough to tell files apart

/** The notes below a person's photographs, which only paper shows. */
export function sheetNotes(photographs, estimators) {
  const when = make("time", {});
  const place = navigator.languages.find((each) => each.startsWith(language())) ?? language();
  const tellTime = () => {
    when.textContent = new Date().toLocaleString(place, { dateStyle: "long", timeStyle: "short" });
  };
  tellTime();
  // Once more when it is printed; the view may have been open for long.
  const controller = new AbortController();
  const again = () => (when.isConnected ? tellTime() : controller.abort());
  addEventListener("beforeprint", again, { signal: controller.signal });
  return make("section", { class: "sheet on-paper", "aria-label": say("sheet") },
    make("p", {}, say("printed"), " ", when),
    make("ul", {},
      estimators.map((estimator) => {
        const { text, lang } = own(estimator, "title");
        return make("li", {}, make("span", { lang }, text), ` (${estimator.name}, model.onnx `,
          make("code", {}, digest(estimator.files["model.onnx"]?.sha256)), ")", calibrationLine(estimator));
      }),
      photographs.filter(({ sha256 }) => sha256).map(({ path, sha256 }) =>
        make("li", {}, nameElement(path), " ", make("code", {}, digest(sha256))))));
}

const digest = (sha256) => `sha256 ${sha256?.slice(0, DIGITS) ?? "?"}…`;
