// The words of the page: those the server wrote into it, until others are fetched for another language.

const KEY = "interlude:language";
const state = { language: "en", address: "tu", strings: {}, lines: [], practice: "" };

// Reads what the server rendered into the page, so that the first screen and help need no further request.
export function readPage() {
  const data = document.getElementById("data").dataset;
  state.language = document.documentElement.lang;
  state.strings = JSON.parse(data.strings);
  state.lines = JSON.parse(data.lines);
  state.practice = data.practice;
}

export function useWords(open, address) {
  state.language = open.language;
  state.address = address;
  state.strings = open.strings;
  state.lines = open.lines;
  state.practice = open.practice.name;
  document.documentElement.lang = open.language;
}

export function t(key, params) {
  const text = state.strings[key];
  if (text === undefined) throw new Error("no text " + key);
  return text.replace(/\{(\w+)\}/g, (whole, name) => (params && name in params ? params[name] : whole));
}

export function language() {
  return state.language;
}

export function address() {
  return state.address;
}

export function lines() {
  return state.lines;
}

export function practice() {
  return state.practice;
}

// What a gateway's refusal means, in the person's language; a code without words of its own is "something went wrong".
export function errorText(error) {
  const key = "error_" + error.code;
  return t(key in state.strings ? key : "error_fault", { limit: error.limit, practice: state.practice });
}

// The language is the client's own choice and no secret: it stays through quick exit.
export function chosenLanguage() {
  try {
    return localStorage.getItem(KEY);
  } catch (error) {
    return null; // storage is switched off in this browser; the server's guess stands
  }
}

export function rememberLanguage(code) {
  try {
    localStorage.setItem(KEY, code);
  } catch (error) {
    return; // without storage the choice lasts as long as the page
  }
}

export function clock(iso) {
  return new Date(iso).toLocaleTimeString(state.language, { hour: "numeric", minute: "2-digit" });
}

export function day(iso) {
  return new Date(iso).toLocaleDateString(state.language, { weekday: "long", day: "numeric", month: "long" });
}

// Fills every element that the server rendered with data-t, after a change of language.
export function refill(root) {
  root.querySelectorAll("[data-t]").forEach((element) => {
    element.textContent = t(element.dataset.t, { practice: state.practice });
  });
  root.querySelectorAll("[data-t-label]").forEach((element) => {
    element.setAttribute("aria-label", t(element.dataset.tLabel));
  });
}
