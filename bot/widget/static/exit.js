// Quick exit: the page goes blank at once, then a harmless site takes its place in the tab's history.

import { h } from "./dom.js";

const KEPT = ["interlude:language"];

export function quickExit() {
  const elsewhere = document.getElementById("data").dataset.exit;
  document.title = "";
  // Blank first: on a slow line the other site takes seconds to come.
  while (document.body.firstChild) document.body.removeChild(document.body.firstChild);
  document.body.appendChild(h("div", { class: "blank" }));
  wipe();
  if (window.parent !== window) {
    // The frame asks the page around it as well: a browser may refuse the frame the right to replace its parent.
    window.parent.postMessage({ interlude: "exit" }, "*");
    try {
      window.top.location.replace(elsewhere);
      return;
    } catch (error) {
      // Refused by the browser: the launcher got the message above; this frame goes blank by itself.
    }
  }
  window.location.replace(elsewhere);
}

// Everything on the device but the chosen language, help (the service worker's shell, which holds nothing of anybody)
// and unsent messages, which only the gateway can open.
export function wipe() {
  try {
    Object.keys(localStorage).filter((key) => KEPT.indexOf(key) < 0).forEach((key) => localStorage.removeItem(key));
    sessionStorage.clear();
  } catch (error) {
    return; // storage is switched off: there is nothing to wipe
  }
}
