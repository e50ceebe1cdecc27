// Curves of training logs. The page has the drawing, the table and the form already; here the drawing becomes one that
// zooms: every window is asked of the server anew, so that no point is ever missing because it was drawn too small.
import { draw, nearest } from "./curves/chart.js";
import { filled, reading } from "./curves/words.js";

for (const figure of document.querySelectorAll("[data-curves]")) start(figure);

function start(figure) {
  const sources = JSON.parse(figure.dataset.curves);
  const words = JSON.parse(figure.dataset.words);
  const labels = sources.map((source) => source.label);
  const marks = "marks" in figure.dataset; // those of one run: curves of several have theirs on their own pages
  const form = document.getElementById(figure.dataset.form);
  const { first: from, last: to, log, quantity } = form.elements;
  const part = (name) => figure.querySelector(`[data-part=${name}]`);
  if (!part("canvas")) return; // too few values to draw: the table says what there is
  // `range` is what is shown, in the unit of the axis, null for the whole; `whole` are the curves before any zooming.
  const state = { range: null, curves: [], whole: null, plot: null, asked: null };

  async function load(range, { quiet = false } = {}) {
    state.asked?.abort();
    const asked = (state.asked = new AbortController());
    try {
      const curves = await Promise.all(sources.map(({ url }, n) => fetched(url, steps(range, n), asked.signal)));
      Object.assign(state, { curves, range });
      if (range === null) state.whole = curves;
    } catch (error) {
      if (error.name !== "AbortError") part("status").textContent = words.failed;
      return;
    }
    redraw();
    tell(quiet);
  }

  // The steps of one source that lie in a range; where the axis shows tokens, those whose tokens do.
  function steps(range, n) {
    const curve = state.whole?.[n];
    if (range === null || !curve?.x) return range;
    return range.map((x) => curve.step[nearest(curve.x, x)]);
  }

  function redraw() {
    const canvas = part("canvas");
    state.plot?.destroy();
    part("drawing").hidden = true;
    canvas.hidden = false;
    state.plot = draw(canvas, state.curves, { log: log.checked, labels, marks, onZoom: (range) => load(inside(range)), onCursor: read });
    part("slider").max = Math.max(state.plot.data[0].length - 1, 0);
    performance.mark("curve-drawn");
  }

  function tell(quiet) {
    const [main] = state.curves;
    if (!quiet) part("status").textContent = filled(words.shown, { count: main.count });
    for (const [n, cell] of [...figure.querySelectorAll("[data-count]")].entries()) cell.textContent = state.curves[n].count;
    if (part("ranges")) rows(part("ranges"), main.ranges);
    if (part("summary")) {
      part("summary").textContent = main.summary;
      part("canvas").setAttribute("aria-label", main.summary);
    }
    if (from) [from.value, to.value] = state.range ?? ["", ""];
    address();
  }

  // The address shows the same without script, and the file holds the same window.
  function address() {
    const query = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
    history.replaceState(null, "", `?${query}`);
    for (const link of document.querySelectorAll("[data-window-link]")) {
      const url = new URL(link.href);
      for (const { name, value } of [from, to]) {
        if (value) url.searchParams.set(name, value);
        else url.searchParams.delete(name);
      }
      link.href = url;
    }
  }

  function read(index) {
    if (index === null || index === undefined || !state.plot) return;
    const [x, ...values] = state.plot.data.map((column) => column[index]);
    const text = reading(state.curves[0].x ? words.atTokens : words.at, words.none, { x, labels, values });
    part("reading").textContent = text;
    part("slider").setAttribute("aria-valuetext", text);
    part("slider").value = index;
  }

  function move(kind) {
    const { min, max } = state.plot.scales.x;
    const [size, at] = [Math.max(max - min, 1), state.plot.data[0][part("slider").value] ?? (min + max) / 2];
    const range = {
      in: [at - size / 4, at + size / 4],
      out: [min - size / 2, max + size / 2],
      left: [min - size / 2, max - size / 2],
      right: [min + size / 2, max + size / 2],
      all: null,
    }[kind];
    load(range && inside(range));
  }

  // Whole numbers within the whole curve; a range that covers all of it is the whole.
  function inside(range) {
    if (!state.whole) return range.map(Math.round);
    const ends = state.whole.filter((curve) => curve.step.length).map((curve) => curve.x ?? curve.step);
    const [low, high] = [Math.min(...ends.map((x) => x[0])), Math.max(...ends.map((x) => x.at(-1)))];
    const [first, last] = [Math.max(Math.round(range[0]), low), Math.min(Math.round(range[1]), high)];
    return first <= low && last >= high ? null : [Math.min(first, high), Math.max(last, low)];
  }

  part("tools").hidden = false;
  part("tools").addEventListener("click", ({ target: { dataset } }) => dataset.move && state.plot && move(dataset.move));
  part("slider").addEventListener("input", ({ target }) => {
    const { plot } = state;
    plot?.setCursor({ left: plot.valToPos(plot.data[0][target.value], "x"), top: 10 });
    read(Number(target.value));
  });
  part("canvas").addEventListener("dblclick", () => load(null));
  log.addEventListener("change", () => {
    redraw();
    address();
  });
  form.addEventListener("submit", (event) => {
    const ends = from && [from.value.trim(), to.value.trim()];
    const known = ends?.every((text) => /^[0-9]+$/.test(text)) && Number(ends[0]) < Number(ends[1]);
    if (!known || quantity.value !== figure.dataset.quantity) return; // the server answers, with a reason where it refuses
    event.preventDefault();
    load(ends.map(Number));
  });
  new ResizeObserver(() => {
    const { plot } = state;
    const width = part("canvas").clientWidth;
    if (plot && width && plot.width !== width) plot.setSize({ width, height: plot.height });
  }).observe(figure);
  load(JSON.parse(figure.dataset.range ?? "null"), { quiet: true });
}

async function fetched(address, range, signal) {
  const url = new URL(address, location.href);
  if (range) ["first", "last"].forEach((name, n) => url.searchParams.set(name, Math.round(range[n])));
  const answer = await fetch(url, { signal });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

function rows(body, ranges) {
  body.replaceChildren(
    ...ranges.map((cells) => {
      const row = document.createElement("tr");
      cells.forEach((text, n) => {
        const cell = document.createElement(n ? "td" : "th");
        if (n) cell.className = "num";
        else cell.scope = "row";
        cell.textContent = text;
        row.append(cell);
      });
      return row;
    }),
  );
}
