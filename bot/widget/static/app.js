// Starts the page: the first screen is there already; this finds out who is here and shows what is theirs.

import { get, post, Refused } from "./api.js";
import { createChat } from "./chat.js";
import { showConsent } from "./consent.js";
import { dataSheet } from "./data.js";
import { announce, byId, clear, focusOn, h } from "./dom.js";
import { quickExit, wipe } from "./exit.js";
import { bindHelp, fillHelp, openHelp } from "./help.js";
import { showJoin } from "./join.js";
import { back, show, shown } from "./screens.js";
import { summariesSheet } from "./summary.js";
import { chosenLanguage, language, readPage, refill, rememberLanguage, t, useWords } from "./words.js";

const framed = document.documentElement.dataset.frame === "1";
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30000;
let open = null;
let chat = null;

function supported() {
  return "fetch" in window && "AbortController" in window && "TextDecoder" in window && "body" in Response.prototype;
}

function begin() {
  readPage();
  document.documentElement.classList.remove("plain");
  show("start", { again: true, focus: false });
  bindHelp();
  bindHeader();
  fillHelp();
  if (!supported()) {
    clear(byId("start-form"), h("p", { class: "note" }, t("old_browser")));
    return;
  }
  if (!framed && "serviceWorker" in navigator) {
    navigator.serviceWorker.register("/sw.js").catch(() => {
      // Private windows refuse it: everything works but the page without a connection.
    });
  }
  if (window.location.hash === "#help") openHelp();
  connect(FIRST_WAIT_MS);
}

// Asks the gateway who is here. Without a line it goes on trying, and help is in reach meanwhile.
async function connect(wait) {
  try {
    await enter();
    announce("");
  } catch (error) {
    clear(byId("start-form"), h("p", { class: "note", role: "status" }, t(error instanceof Refused ? "start_trouble" : "start_offline")));
    const again = () => {
      window.removeEventListener("online", again);
      clearTimeout(timer);
      connect(Math.min(wait * 2, LONGEST_WAIT_MS));
    };
    const timer = setTimeout(again, wait);
    window.addEventListener("online", again);
  }
}

async function enter(note) {
  const chosen = chosenLanguage();
  open = await get("/api/open" + (chosen ? "?language=" + chosen : ""));
  if (!open.signed_in) {
    if (!chosen && open.language !== language()) open = await get("/api/open?language=" + language());
    takeWords("tu");
    showFirst(note);
    return;
  }
  const me = await get("/api/me");
  if (me.client.language !== open.language) open = await get("/api/open?language=" + me.client.language);
  takeWords(me.client.address);
  rememberLanguage(me.client.language);
  showLanguages();
  if (me.consent.needed) await showConsent({ onAgreed: () => enter(), given: me.consent.given });
  else await openChat(me);
}

function takeWords(address) {
  useWords(open, address);
  refill(document);
  fillHelp();
}

function showFirst(note) {
  showLanguages();
  showJoin({ onJoined: joined, note });
  if (shown() !== "help") show("start", { again: true, focus: Boolean(note) });
}

function showLanguages() {
  const place = byId("languages");
  const names = { en: "English", es: "Español" };
  clear(place, open.languages.map((code) =>
    h("button", {
      class: "btn plain", type: "button", lang: code, "data-testid": "language-" + code, "aria-pressed": String(code === language()),
      onclick: () => changeLanguage(code),
    }, names[code])));
}

// A language chosen on this device before joining goes with the person who joins.
async function joined() {
  const chosen = chosenLanguage();
  if (chosen) await post("/api/settings", { language: chosen });
  await enter();
}

async function changeLanguage(code) {
  try {
    if (open.signed_in) await post("/api/settings", { language: code });
    rememberLanguage(code);
    await enter();
    byId("languages").querySelector("[lang=" + code + "]").focus();
  } catch (error) {
    announce(t("error_connection"));
  }
}

async function openChat(me) {
  if (chat) chat.stop();
  chat = createChat({
    me,
    open,
    on: {
      grounding: () => {
        openHelp();
        byId("grounding").scrollIntoView();
        focusOn(byId("grounding").querySelector("h2"));
      },
      summaries: () => sheet(() => summariesSheet(me.therapist.name)),
      consent: () => showConsent({ onAgreed: () => enter(), given: me.consent.given }),
      data: () => sheet(() => dataSheet(erased)),
      language: (code) => settings({ language: code }),
      address: (address) => settings({ address }),
      aboutExit: () => sheet(async () => [h("h1", { tabindex: "-1" }, t("quick_exit")), h("p", null, t("exit_note"))]),
      signOut: () => sheet(async () => signOutWords()),
      shut,
    },
  });
  show("chat");
  await chat.start();
}

async function settings(change) {
  try {
    await post("/api/settings", change);
    if (change.language) rememberLanguage(change.language);
    open = await get("/api/open?language=" + (change.language || language()));
    takeWords((await get("/api/me")).client.address);
    chat.useOpen(open);
  } catch (error) {
    announce(t("error_connection"));
  }
}

async function sheet(content) {
  const place = byId("sheet-content");
  try {
    clear(place, await content());
    show("sheet");
  } catch (error) {
    announce(t("error_connection"));
  }
}

function signOutWords() {
  const leave = h("button", { class: "btn main", type: "button", "data-testid": "sign-out-yes", onclick: signOut }, t("sign_out"));
  return [h("h1", { tabindex: "-1" }, t("sign_out")), h("p", null, t("sign_out_note")), leave];
}

async function erased(words) {
  leave();
  await enter(words);
}

async function signOut() {
  try {
    await post("/api/sign-out", {});
  } catch (error) {
    announce(t("error_connection"));
    return;
  }
  leave();
  await enter(t("signed_out"));
}

function leave() {
  if (chat) chat.stop();
  chat = null;
  wipe();
}

// The gateway does not know this device any more (401), or the consent text has changed (403).
async function shut() {
  leave();
  await connectAgain();
}

async function connectAgain() {
  try {
    await enter(t("signed_out"));
  } catch (error) {
    show("start", { again: true });
    connect(FIRST_WAIT_MS);
  }
}

function bindHeader() {
  byId("quick-exit").addEventListener("click", (event) => {
    event.preventDefault();
    quickExit();
  });
  byId("sheet-back").addEventListener("click", back);
  if (!framed) return;
  const close = byId("close");
  close.hidden = false;
  close.addEventListener("click", closeFrame);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") closeFrame();
  });
  // "Here I am": until this comes the launcher shows crisis lines of its own. Nothing of the person is in it.
  window.parent.postMessage({ interlude: "ready" }, "*");
}

function closeFrame() {
  window.parent.postMessage({ interlude: "close" }, "*");
}

// The keyboard of a phone takes its space from the page and not from the field.
function fitKeyboard() {
  const view = window.visualViewport;
  if (!view) return;
  const fit = () => document.documentElement.style.setProperty("--height", view.height + "px");
  view.addEventListener("resize", fit);
}

begin();
fitKeyboard();
