// The client's own mood over twelve weeks, from their own summaries, shared or not: a picture and the same points as a
// table. Nothing is averaged, and a day without a number is a gap.

import { h } from "./dom.js";
import { language, t } from "./words.js";

const DAYS = 84;
const HEIGHT = 100;
const DAY = 10;
const SVG = "http://www.w3.org/2000/svg";

// summaries: as /api/summaries gives them. Returns an element, or null where there are not two numbers to compare.
export function moodView(summaries, now = new Date()) {
  const first = midnight(now, 1 - DAYS);
  const readings = summaries
    .reduce((lines, summary) => lines.concat(summary.body.lines), [])
    .filter((line) => line.role === "mood" && Number.isInteger(line.value))
    .map((line) => ({ value: line.value, at: new Date(line.at) }))
    .filter((reading) => reading.at >= first && reading.at < midnight(now, 1))
    .sort((a, b) => a.at - b.at);
  if (readings.length < 2) return null;
  const points = readings.map((reading) => {
    const day = daysBetween(first, reading.at);
    const intoDay = (reading.at.getHours() * 60 + reading.at.getMinutes()) / 1440;
    return { ...reading, day, x: (day + intoDay) * DAY, y: (HEIGHT * (10 - reading.value)) / 10 };
  });
  return h("section", { class: "trend", "data-testid": "trend" },
    h("h2", null, t("trend_title")),
    h("div", { class: "trend-picture" },
      h("div", { class: "trend-scale soft", "aria-hidden": "true" }, ["10", "5", "0"].map((text) => h("span", null, text))),
      picture(points),
      h("div", { class: "trend-days soft", "aria-hidden": "true" },
        [first, midnight(now, (1 - DAYS) / 2), now].map((date) => h("span", null, date.toLocaleDateString(language(), { day: "numeric", month: "short" }))))),
    h("p", { class: "soft" }, t("trend_note")),
    h("details", null,
      h("summary", null, t("trend_table")),
      h("table", null,
        h("thead", null, h("tr", null, h("th", { scope: "col" }, t("trend_when")), h("th", { scope: "col" }, t("trend_value")))),
        h("tbody", null, points.map((point) => h("tr", null, h("th", { scope: "row" }, when(point.at)), h("td", null, point.value)))))));
}

function picture(points) {
  const values = points.map((point) => point.value);
  const params = { count: points.length, low: Math.min(...values), high: Math.max(...values), newest: values[values.length - 1] };
  const image = svg("svg", {
    viewBox: "0 0 " + DAYS * DAY + " " + HEIGHT, preserveAspectRatio: "none", role: "img", fill: "none",
    "aria-labelledby": "trend-name", "aria-describedby": "trend-text",
  });
  image.append(svg("title", { id: "trend-name" }, t("trend_title")), svg("desc", { id: "trend-text" }, t("trend_text", params)));
  [0, HEIGHT / 2, HEIGHT].forEach((y) => image.append(stroke("path", "rule", { d: "M0 " + y + "h" + DAYS * DAY })));
  runs(points).filter((run) => run.length > 1).forEach((run) =>
    image.append(stroke("polyline", "course", { points: run.map((point) => point.x + "," + point.y).join(" ") })));
  points.forEach((point) =>
    image.append(stroke("path", "point", { d: "M" + point.x + " " + point.y + "h0", "stroke-linecap": "round" })));
  return image;
}

// Points of one day, and of days that follow each other.
function runs(points) {
  return points.reduce((found, point, number) => {
    if (number && point.day - points[number - 1].day <= 1) found[found.length - 1].push(point);
    else found.push([point]);
    return found;
  }, []);
}

function stroke(name, kind, attributes) {
  return svg(name, { class: kind, "vector-effect": "non-scaling-stroke", ...attributes });
}

function svg(name, attributes, text) {
  const element = document.createElementNS(SVG, name);
  Object.keys(attributes).forEach((key) => element.setAttribute(key, attributes[key]));
  if (text) element.textContent = text;
  return element;
}

function when(date) {
  return date.toLocaleString(language(), { weekday: "short", day: "numeric", month: "short", hour: "numeric", minute: "2-digit" });
}

function midnight(date, days) {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + days);
}

// Whole days by the calendar: a day has 23 or 25 hours when the clocks change.
function daysBetween(from, to) {
  return Math.round((midnight(to, 0) - midnight(from, 0)) / 86400000);
}
