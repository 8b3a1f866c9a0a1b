// One screen at a time, of those that the page has; help can be opened over any of them and leads back.

import { byId, focusOn } from "./dom.js";

const SCREENS = ["start", "consent", "chat", "sheet", "help"];
let current = "start";
let before = "start";

export function show(name, options) {
  if (name === current && !(options && options.again)) return;
  if (current !== "help" && current !== "sheet") before = current;
  current = name;
  SCREENS.forEach((id) => {
    byId(id).hidden = id !== name;
  });
  document.documentElement.dataset.screen = name;
  if (!options || options.focus !== false) focusOn(byId(name).querySelector("h1, h2"));
}

export function back() {
  show(before);
}

export function shown() {
  return current;
}

// Where "back" leads: a change underneath an open help screen must not take help away.
export function showUnderneath(name) {
  if (current === "help") before = name;
  else show(name, { focus: false });
}
