// Crisis lines as big things to press. They are links, so they work when nothing else does.

import { h } from "./dom.js";
import { t } from "./words.js";

// Android and iOS disagree about the separator before a message's text; this form works on both.
function sms(line) {
  return "sms:" + line.text_number + (line.text_body ? "?&body=" + encodeURIComponent(line.text_body) : "");
}

function tel(line) {
  return "tel:" + line.number.replace(/[^\d+*#]/g, "");
}

export function lineLinks(line, big) {
  const style = big ? "call" : "call small";
  const about = () => h("small", null, big ? line.hours : line.name + (line.hours ? " · " + line.hours : ""));
  const links = [];
  if (line.number) {
    links.push(h("a", { class: style, href: tel(line), "data-testid": "call-" + line.id }, label("call_line", line.number), about()));
  }
  if (line.text_number) {
    const words = line.text_body ? t("text_line_with", { number: line.text_number, word: line.text_body }) : null;
    links.push(h("a", { class: style, href: sms(line), "data-testid": "text-" + line.id }, words ? h("span", null, words) : label("text_line", line.text_number), about()));
  }
  if (line.url && (!big || !links.length)) {
    links.push(h("a", { class: style, href: line.url, target: "_blank", rel: "noopener noreferrer" }, h("span", null, t("web_line")), about()));
  }
  return links;
}

function label(key, number) {
  return h("span", null, t(key, { number }));
}

// The first line: the main way to a person, with its name.
export function lineCalls(lines) {
  if (!lines.length) return [h("p", null, t("no_lines"))];
  return [h("p", { class: "line-name" }, lines[0].name), lineLinks(lines[0], true)];
}

// The other lines, each smaller; folded away under `title` where one is given.
export function lineRest(lines, title) {
  if (lines.length < 2) return null;
  const list = h("ul", { class: "lines" }, lines.slice(1).map((line) => h("li", null, lineLinks(line, false))));
  return title ? h("details", null, h("summary", null, title), list) : list;
}

export function lineList(lines) {
  return [lineCalls(lines), lineRest(lines)];
}
