// The launcher on a practice's own page: a button, and a panel with the chat in a frame of the gateway's origin, so that
// scripts of the page around it cannot read a word. Until the frame has answered, and when it cannot, the panel shows
// crisis lines and quick exit of its own, which came with this file.
//
//   <script src="https://chat.example.org/widget.js" async data-language="en" data-label="Reflection"></script>
//
// A page with a Content-Security-Policy allows the gateway's origin in script-src and frame-src.

(function () {
  "use strict";
  var DATA = /* DATA */ null;
  var script = document.currentScript || document.querySelector('script[src$="/widget.js"]');
  if (!DATA || !script || !window.customElements || customElements.get("interlude-launcher")) return;

  var ORIGIN = new URL(script.src).origin;
  var asked = (script.dataset.language || document.documentElement.lang || navigator.language || "en").slice(0, 2);
  var LANGUAGE = DATA.strings[asked] ? asked : Object.keys(DATA.strings)[0];
  var LABEL = script.dataset.label;
  // Longer than a slow line needs for the page; then the panel says that the chat does not answer.
  var READY_WAIT_MS = 20000;
  // Where an answer cannot come from a frame at all (blocked by the page's policy), this says so sooner.
  var strings = DATA.strings[LANGUAGE];

  function words(key, params) {
    return strings[key].replace(/\{(\w+)\}/g, function (whole, name) {
      return params && name in params ? params[name] : whole;
    });
  }

  function make(tag, attributes, text) {
    var element = document.createElement(tag);
    Object.keys(attributes || {}).forEach(function (name) {
      element.setAttribute(name, attributes[name]);
    });
    if (text) element.textContent = text;
    return element;
  }

  class Launcher extends HTMLElement {
    connectedCallback() {
      if (this.drawn) return;
      this.drawn = true;
      const root = this.attachShadow({ mode: "closed" });
      style(root);
      const button = make("button", { type: "button", class: "open", "aria-expanded": "false", "aria-haspopup": "dialog" }, LABEL || words("launcher_open"));
      const panel = make("div", { class: "panel", role: "dialog", "aria-label": LABEL || words("title") });
      panel.hidden = true;
      const bar = make("div", { class: "bar" });
      const exit = make("button", { type: "button" }, words("quick_exit"));
      const close = make("button", { type: "button", "aria-label": words("close") }, "✕");
      bar.append(exit, close);
      const own = make("div", { class: "own" });
      const note = make("p", { role: "status" }, words("launcher_waiting"));
      own.append(note, crisisLines());
      panel.append(bar, own);
      root.append(panel, button);
      let frame = null;
      let timer = null;

      function open() {
        panel.hidden = false;
        button.hidden = true;
        button.setAttribute("aria-expanded", "true");
        if (!frame) load();
        if (panel.classList.contains("ready")) frame.focus();
        else close.focus();
      }

      function shut() {
        panel.hidden = true;
        button.hidden = false;
        button.setAttribute("aria-expanded", "false");
        button.focus();
      }

      function load() {
        frame = make("iframe", {
          src: ORIGIN + "/chat?language=" + LANGUAGE,
          title: LABEL || words("title"),
          referrerpolicy: "no-referrer",
          allow: "camera 'none'; microphone 'none'; geolocation 'none'",
          sandbox: "allow-downloads allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation allow-top-navigation-to-custom-protocols",
        });
        panel.append(frame);
        timer = setTimeout(unreachable, READY_WAIT_MS);
      }

      function unreachable() {
        clearTimeout(timer);
        const link = make("a", { href: ORIGIN + "/", target: "_blank", rel: "noopener" }, words("launcher_full_page"));
        note.textContent = words("launcher_blocked") + " ";
        note.append(link);
      }

      function leave() {
        panel.remove();
        window.location.replace(DATA.exit);
      }

      button.addEventListener("click", open);
      close.addEventListener("click", shut);
      exit.addEventListener("click", leave);
      panel.addEventListener("keydown", (event) => {
        if (event.key === "Escape") shut();
      });
      document.addEventListener("securitypolicyviolation", (event) => {
        if (event.blockedURI.indexOf(ORIGIN) === 0) unreachable();
      });
      window.addEventListener("message", (event) => {
        // Only what the frame itself says, from its own origin. None of it is about the person.
        if (!frame || event.source !== frame.contentWindow || event.origin !== ORIGIN) return;
        const said = event.data && event.data.interlude;
        if (said === "ready") {
          clearTimeout(timer);
          const inside = root.activeElement;
          panel.classList.add("ready");
          if (inside && !panel.hidden) frame.focus();
        }
        if (said === "close") shut();
        if (said === "exit") leave();
      });
    }
  }

  function crisisLines() {
    const list = make("ul");
    DATA.lines[LANGUAGE].forEach((line) => {
      const item = make("li");
      item.append(make("span", {}, line.name));
      if (line.number) item.append(make("a", { href: "tel:" + line.number.replace(/[^\d+*#]/g, "") }, words("call_line", { number: line.number })));
      if (line.text_number) {
        const body = line.text_body ? "?&body=" + encodeURIComponent(line.text_body) : "";
        const label = line.text_body ? words("text_line_with", { number: line.text_number, word: line.text_body }) : words("text_line", { number: line.text_number });
        item.append(make("a", { href: "sms:" + line.text_number + body }, label));
      }
      list.append(item);
    });
    return list;
  }

  // A constructed sheet is no inline style, so a strict policy of the page lets it be; older browsers get a style element.
  function style(root) {
    if ("adoptedStyleSheets" in Document.prototype && "replaceSync" in CSSStyleSheet.prototype) {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(CSS_TEXT);
      root.adoptedStyleSheets = [sheet];
    } else {
      root.append(make("style", {}, CSS_TEXT));
    }
  }

  var CSS_TEXT = [
    ":host{all:initial;color-scheme:light dark;--paper:#faf7f2;--ink:#23302f;--edge:#85807a;--calm:#1f5f5b;--calm-ink:#fff;--harbour:#2f3d75;--harbour-ink:#fff;--focus:#0b57d0}",
    "@media(prefers-color-scheme:dark){:host{--paper:#161c1c;--ink:#e9e5dd;--edge:#87918f;--calm:#8cc7bf;--calm-ink:#10201f;--harbour:#b3bdf2;--harbour-ink:#151a33;--focus:#8ab4f8}}",
    "*{box-sizing:border-box;font:17px/1.5 system-ui,'Segoe UI',Roboto,'Noto Sans',sans-serif}[hidden]{display:none!important}",
    ":focus-visible{outline:3px solid var(--focus);outline-offset:2px}",
    "button{min-height:44px;min-width:44px;padding:0 16px;border-radius:999px;border:1.5px solid var(--edge);background:var(--paper);color:var(--ink);cursor:pointer}",
    ".open{position:fixed;right:20px;bottom:20px;z-index:2147483000;background:var(--calm);color:var(--calm-ink);border-color:var(--calm);min-height:52px;padding:0 22px;box-shadow:0 4px 18px rgba(0,0,0,.22)}",
    ".panel{position:fixed;z-index:2147483000;inset:0;right:0;bottom:0;left:0;top:0;background:var(--paper);color:var(--ink);display:flex;flex-direction:column;overflow:auto}",
    "@media(min-width:560px) and (min-height:420px){.panel{left:auto;top:auto;right:20px;bottom:20px;width:420px;height:720px;max-height:calc(100vh - 40px);border:1.5px solid var(--edge);border-radius:16px;box-shadow:0 10px 40px rgba(0,0,0,.28);overflow:hidden}}",
    ".bar{display:flex;justify-content:space-between;padding:10px 12px}.own{padding:4px 16px 16px;overflow:auto}.own ul{list-style:none;margin:0;padding:0}.own li{margin:0 0 12px}.own li span{display:block}",
    ".own a{color:inherit}.own li a{display:flex;align-items:center;min-height:48px;margin:6px 0;padding:0 14px;border-radius:12px;background:var(--harbour);color:var(--harbour-ink);text-decoration:none;font-weight:650}",
    "iframe{position:absolute;left:-200vw;width:100%;height:100%;border:0;background:var(--paper)}",
    ".ready .bar,.ready .own{display:none}.ready iframe{position:static;flex:1}",
    "@media(forced-colors:active){button,.panel,.own li a{border:1.5px solid}}",
  ].join("");

  customElements.define("interlude-launcher", Launcher);
  function add() {
    document.body.append(document.createElement("interlude-launcher"));
  }
  if (document.body) add();
  else document.addEventListener("DOMContentLoaded", add);
})();
