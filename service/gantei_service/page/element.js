// Making elements: `make("p", { class: "quiet", onclick: f }, "text", child)`.
//
// Text always becomes a text node, so nothing that a file or a server says is read as HTML.

/** Make an element; properties that are functions listen, null, undefined and false are left out. */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

/** The element of the page that has this id. */
export const byId = (id) => document.getElementById(id);
