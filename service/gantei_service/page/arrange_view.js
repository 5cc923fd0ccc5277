// The fields by which someone orders the table, and hides rows of it.

import { SHOWN, isArranged, order, orders, wanted } from "./arrange.js";
import { make } from "./element.js";
import { say, unitName, valueName } from "./language.js";

const FEW = 3; // rows; fewer are seen at a glance
const MANY = 200; // rows; more are drawn only once someone pauses typing
const PAUSE = 250; // milliseconds

let timer = null;

/** Draw the fields in the present language; `changed()` after each change. */
export function renderArrange(place, rows, estimators, changed) {
  place.hidden = rows < FEW && !isArranged();
  const held = place.contains(document.activeElement) ? document.activeElement.id : null;
  wanted.order = order(estimators).key;
  const bounds = make("div", { class: "bounds" });
  const set = (key, value) => {
    wanted[key] = value;
    changed();
  };
  const type = (key, value) => {
    wanted[key] = value;
    clearTimeout(timer);
    if (rows <= MANY) changed();
    else timer = setTimeout(changed, PAUSE);
  };
  const boundsOfOrder = () => bounds.replaceChildren(...boundFields(order(estimators), type));
  boundsOfOrder();
  place.replaceChildren(
    choice("order", orders(estimators).map((each) => [each.key, orderWords(each)]), (value) => {
      Object.assign(wanted, { from: null, to: null });
      set("order", value);
      boundsOfOrder();
    }),
    bounds,
    choice("show", SHOWN.map((each) => [each, say("shows")[each]]), (value) => set("show", value)),
    field("text", say("nameHas"), {
      type: "search", autocomplete: "off", spellcheck: "false", value: wanted.text,
      oninput: (event) => type("text", event.target.value),
    }));
  if (held) document.getElementById(held)?.focus();
}

/** From which number to which; nothing where the order goes by names. */
function boundFields({ estimator, unit }, type) {
  if (!estimator) return [];
  const shown = unit === "probability" ? "%" : unitName(unit);
  return ["from", "to"].map((end) => field(end, say(end, shown), {
    type: "number", step: "any", inputmode: "decimal", autocomplete: "off", value: wanted[end],
    oninput: ({ target }) => type(end, Number.isNaN(target.valueAsNumber) ? null : target.valueAsNumber),
  }));
}

function choice(name, options, chosen) {
  const select = make("select", { id: `arrange-${name}`, onchange: () => chosen(select.value) },
    options.map(([value, text]) => make("option", { value, selected: value === wanted[name] }, text)));
  return labelled(name, say(name), select);
}

const field = (name, text, properties) =>
  labelled(name, text, make("input", { id: `arrange-${name}`, ...properties }));

const labelled = (name, text, input) =>
  make("p", { class: "arrange-field" }, make("label", { for: `arrange-${name}` }, text), input);

function orderWords({ key, estimator, name, way }) {
  return key === "name" ? say("byName") : say("ways")[way](`${valueName(name)} (${estimator.name})`);
}
