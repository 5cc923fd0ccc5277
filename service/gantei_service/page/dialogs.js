// Two small dialogs: an estimator's card, and the question for the token.

import { cardOf } from "./api.js";
import { byId, make } from "./element.js";
import { own, problemWords, say } from "./language.js";

// What a card is made of, with the attributes that are kept; of anything else only the text is taken.
const NONE = [];
const KEPT = {
  ...Object.fromEntries(
    "h1 h2 h3 h4 p ul ol li dl dt dd table thead tbody tr th td code pre strong em hr blockquote br"
      .split(" ").map((tag) => [tag, NONE])),
  div: ["class"],
  svg: ["viewBox", "width", "height", "role", "aria-label"],
  text: ["x", "y", "text-anchor"],
  line: ["x1", "x2", "y1", "y2", "stroke"],
  rect: ["x", "y", "width", "height", "fill"],
};

/** Show an estimator's card. It comes by a request, since a link could not carry the token. */
export async function showCard(estimator) {
  const dialog = byId("card");
  const text = make("div", { class: "text", lang: "en", tabindex: "0" }, say("loading"));
  const title = say("cardOf", own(estimator, "title").text);
  dialog.replaceChildren(head(dialog, "card-title", title), text, make("footer", {}, useNote()));
  dialog.showModal();
  try {
    text.replaceChildren(...elementsOf(await cardOf(estimator.name)));
  } catch (error) {
    const { text: words, detail } = problemWords(error);
    text.replaceChildren(make("p", { class: "notice" }, [words, detail].filter(Boolean).join(": ")));
  }
}

function elementsOf(html) {
  // Styles go before the browser reads the text: our policy forbids them, and it would complain.
  const plain = html.replace(/<style[^]*?<\/style>| style="[^"]*"/g, "");
  const { body } = new DOMParser().parseFromString(plain, "text/html");
  return [...body.childNodes].flatMap(copied);
}

function copied(node) {
  if (node.nodeType === Node.TEXT_NODE) return [node.textContent];
  if (node.nodeType !== Node.ELEMENT_NODE || node.tagName === "SCRIPT") return [];
  const inner = [...node.childNodes].flatMap(copied);
  const kept = KEPT[node.localName];
  if (!kept) return inner;
  const copy = document.createElementNS(node.namespaceURI, node.localName);
  for (const name of kept.filter((each) => node.hasAttribute(each))) {
    copy.setAttribute(name, node.getAttribute(name));
  }
  copy.append(...inner);
  return [copy];
}

/** A dialog's head: its title, and the button that closes it. */
export function head(dialog, id, title) {
  return make("header", {},
    make("h2", { id }, title),
    make("button", { type: "button", onclick: () => dialog.close() }, say("close")));
}

/** What stands at the top of the page, which a dialog covers. */
export function useNote() {
  return make("p", { class: "use", role: "note" }, [...byId("use").cloneNode(true).childNodes]);
}

/** Ask for the token; `again` where the server refused the last one. Null where there is none. */
export function askForToken(again) {
  const dialog = byId("token");
  // No form and no name, and not a password to keep: the browser shall not offer to store it.
  const field = make("input", {
    type: "password", id: "token-field", autocomplete: "off", spellcheck: "false",
    "aria-describedby": "token-why",
  });
  const wrong = make("p", { class: "bad", role: "alert" }, again ? say("tokenWrong") : "");
  return new Promise((resolve) => {
    let given = null;
    const submit = (event) => {
      event.preventDefault();
      const text = field.value.trim();
      if (/^[\x21-\x7E]+$/.test(text)) {
        given = text;
        dialog.close();
      } else {
        wrong.textContent = say("tokenWrong"); // no header could carry it
        field.focus();
      }
    };
    dialog.replaceChildren(
      make("form", { method: "dialog", onsubmit: submit },
        make("h2", { id: "token-title" }, say("tokenTitle")),
        make("p", { id: "token-why" }, say("tokenWhy")),
        make("label", { for: "token-field" }, say("tokenLabel")),
        field,
        wrong,
        make("p", { class: "buttons" },
          make("button", { type: "submit", class: "main" }, say("use")),
          make("button", { type: "button", onclick: () => dialog.close() }, say("skip")))),
    );
    dialog.addEventListener("close", () => {
      dialog.replaceChildren(); // and with it the typed token
      resolve(given);
    }, { once: true });
    dialog.showModal();
    field.focus();
  });
}
