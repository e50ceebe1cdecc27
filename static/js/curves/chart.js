// One uPlot over one or several series, with restarts, checkpoints and findings drawn beside the lines.
// Colours are read from the style sheet, so that high contrast and print have theirs.
const DASHES = [[], [6, 4], [2, 3], [10, 3, 2, 3], [1, 2]];
const HEIGHT = 320;

export function draw(target, curves, { log, labels, marks, onZoom, onCursor }) {
  const style = getComputedStyle(target);
  const colour = (name) => style.getPropertyValue(name).trim();
  const ink = colour("--curve-ink");
  const grid = { stroke: colour("--curve-grid"), width: 1 };
  const axis = { stroke: ink, grid, ticks: grid, font: "12px system-ui" };
  const series = labels.map((label, n) => ({
    label, stroke: colour(`--curve-${n + 1}`), width: 1.5, dash: DASHES[n % DASHES.length], points: { show: false },
  }));
  const options = {
    width: target.clientWidth, height: HEIGHT, legend: { show: false }, padding: [26, 28, 0, 0],
    scales: { x: { time: false }, y: log ? { distr: 3 } : {} },
    axes: [{ ...axis, size: 34, values: (_plot, ticks) => ticks.map(long) }, { ...axis, size: 72, values: (_plot, ticks) => ticks.map(short) }],
    series: [{}, ...series],
    cursor: { drag: { x: true, y: false, setScale: false } },
    hooks: {
      drawClear: [(plot) => marks && shade(plot, curves, colour)],
      draw: [(plot) => marks && mark(plot, curves, colour)],
      setSelect: [(plot) => zoomed(plot, onZoom)],
      setCursor: [(plot) => onCursor(plot.cursor.idx)],
    },
  };
  const plot = new uPlot(options, joined(curves, log), target);
  return plot;
}

// Points of several series on one axis. A step that a series does not have is no gap in it, a value that is no number is.
function joined(curves, log) {
  const tables = curves.map((curve) => [curve.x ?? curve.step, log ? curve.value.map((v) => (v > 0 ? v : null)) : curve.value]);
  return tables.length === 1 ? tables[0] : uPlot.join(tables, tables.map(() => [1, 2]));
}

// Steps stand in full; numbers of tokens in the reader's own thousands or ten thousands.
const compact = new Intl.NumberFormat(document.documentElement.lang, { notation: "compact", maximumFractionDigits: 2 });
const full = new Intl.NumberFormat("en");
const long = (value) => (value === null ? "" : Math.abs(value) >= 1e6 ? compact.format(value) : full.format(value));

function short(value) {
  if (value === null) return "";
  const size = Math.abs(value);
  return size && (size < 1e-3 || size >= 1e6) ? value.toExponential(1) : String(Number(value.toPrecision(5)));
}

function zoomed(plot, onZoom) {
  const { left, width } = plot.select;
  if (width < 4) return;
  const [first, last] = [plot.posToVal(left, "x"), plot.posToVal(left + width, "x")];
  plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  onZoom([first, last]);
}

function shade(plot, curves, colour) {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.font = font();
  for (const [code, first, last, level] of curves[0].shades ?? []) {
    const left = plot.valToPos(first, "x", true);
    const width = Math.max(plot.valToPos(last, "x", true) - left, 2);
    ctx.fillStyle = colour(`--curve-shade-${level}`);
    ctx.fillRect(left, bbox.top, width, bbox.height);
    ctx.strokeStyle = ctx.fillStyle = colour("--curve-finding");
    ctx.setLineDash(level > 1 ? [] : [4 * devicePixelRatio, 3 * devicePixelRatio]);
    ctx.strokeRect(left, bbox.top, width, bbox.height);
    write(ctx, code, left + 3 * devicePixelRatio, bbox.top + 14 * devicePixelRatio);
  }
  ctx.restore();
}

function mark(plot, curves, colour) {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.font = font();
  ctx.strokeStyle = ctx.fillStyle = colour("--curve-ink");
  let end = -Infinity;
  for (const [code, step] of curves[0].restarts ?? []) {
    const x = plot.valToPos(step, "x", true);
    ctx.setLineDash([3 * devicePixelRatio, 4 * devicePixelRatio]);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    if (x < end) continue; // no code over another; the table has all
    const width = ctx.measureText(code).width;
    write(ctx, code, x - width / 2, bbox.top - 6 * devicePixelRatio);
    end = x + width + 6 * devicePixelRatio;
  }
  ctx.setLineDash([]);
  for (const [code, step] of curves[0].checkpoints ?? []) diamond(plot, code, step, curves[0]);
  ctx.restore();
}

// A checkpoint stands on the curve, at the value of the nearest point.
function diamond(plot, code, step, curve) {
  const value = curve.value[nearest(curve.step, step)];
  if (value === null || value === undefined) return;
  const { ctx } = plot;
  const [x, y, r] = [plot.valToPos(step, "x", true), plot.valToPos(value, "y", true), 5 * devicePixelRatio];
  if (!Number.isFinite(y)) return;
  ctx.beginPath();
  ctx.moveTo(x, y - r);
  for (const [dx, dy] of [[r, 0], [0, r], [-r, 0]]) ctx.lineTo(x + dx, y + dy);
  ctx.fill();
  write(ctx, code, x + r, y - r);
}

// A code with a rim of paper, so that it is read above a line.
function write(ctx, code, x, y) {
  const ink = ctx.fillStyle;
  Object.assign(ctx, { textAlign: "left", textBaseline: "alphabetic", lineJoin: "round", lineWidth: 3 * devicePixelRatio });
  ctx.setLineDash([]);
  ctx.strokeStyle = "#fff";
  ctx.strokeText(code, x, y);
  ctx.fillStyle = ink;
  ctx.fillText(code, x, y);
  ctx.strokeStyle = ink;
  ctx.lineWidth = devicePixelRatio;
}

export function nearest(steps, step) {
  let [low, high] = [0, steps.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (steps[middle] < step) low = middle;
    else high = middle;
  }
  return Math.abs((steps[low] ?? 0) - step) <= Math.abs((steps[high] ?? 0) - step) ? low : high;
}

const font = () => `${12 * devicePixelRatio}px system-ui`;
