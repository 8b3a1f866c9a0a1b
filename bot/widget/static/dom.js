// Elements without a framework. Text always goes in as text, so nothing a person wrote can become markup.

// h("p", { class: "soft", onclick: f, "data-testid": "x" }, "text", child, ...)
export function h(tag, props, ...children) {
  const element = document.createElement(tag);
  Object.keys(props || {}).forEach((name) => set(element, name, props[name]));
  append(element, children);
  return element;
}

function set(element, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name.slice(0, 2) === "on") element.addEventListener(name.slice(2), value);
  else if (name === "class") element.className = value;
  else if (name in PROPERTIES) element[name] = value;
  else element.setAttribute(name, value === true ? "" : String(value));
}

const PROPERTIES = { value: 1, checked: 1, disabled: 1, hidden: 1, textContent: 1 };

function append(element, children) {
  children.forEach((child) => {
    if (Array.isArray(child)) append(element, child);
    else if (child !== null && child !== undefined && child !== false) {
      element.appendChild(typeof child === "object" ? child : document.createTextNode(String(child)));
    }
  });
}

export function byId(id) {
  return document.getElementById(id);
}

export function clear(element, ...children) {
  while (element.firstChild) element.removeChild(element.firstChild);
  append(element, children);
  return element;
}

// Text with blank lines between paragraphs, as texts and consent sections are written.
export function paragraphs(text, props) {
  return String(text || "")
    .split(/\n\s*\n/)
    .filter(Boolean)
    .map((part) => h("p", props, part));
}

// Moves focus to something that is not a control (a heading, a region), so that a screen reader goes on from there.
export function focusOn(element) {
  if (!element) return;
  if (!element.hasAttribute("tabindex")) element.setAttribute("tabindex", "-1");
  element.focus({ preventScroll: true });
}

// Speaks to screen readers without showing anything twice. Urgent is for the safety card alone.
export function announce(text, urgent) {
  const region = byId(urgent ? "say-now" : "say");
  clear(region);
  // A new node in the next task: some screen readers ignore a text that is put back unchanged.
  setTimeout(() => clear(region, h("p", null, text)), 50);
}

export function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => (byte + 0x100).toString(16).slice(1)).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
