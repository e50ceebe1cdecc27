// Uploads on their way from elsewhere: asks the portal while somebody looks, and shows how fast they come.
import { look } from "./api.js";
import { size, timeLeft } from "./words.js";

const EVERY_MS = 5000;
const IDLE_MS = 15 * 60_000; // nobody has touched the page: asking on would keep the session open for nobody
const before = new Map(); // upload → {at, held} of the answer before
let touched = Date.now();

// `busy` tells whether this page sends something itself; `hidden` are uploads that have a card of their own.
export function watch({ busy, hidden }) {
  for (const kind of ["keydown", "pointerdown", "focus"]) addEventListener(kind, () => { touched = Date.now(); }, { passive: true });
  document.body.addEventListener("uploads-changed", () => refresh(hidden));
  setInterval(() => {
    if (!document.hidden && (busy() || Date.now() - touched < IDLE_MS)) refresh(hidden);
  }, EVERY_MS);
  dress(hidden());
}

async function refresh(hidden) {
  const fragment = await look(region().dataset.url);
  if (fragment === null) return;
  const stand = region().dataset.stand;
  htmx.swap("#on-their-way", fragment, { swapStyle: "outerHTML" });
  dress(hidden());
  if (region().dataset.stand === stand || document.activeElement.closest("#handin-state")) return;
  const page = await look(location.pathname);
  if (page !== null) htmx.swap("#handin-state", page, { swapStyle: "outerHTML" }, { select: "#handin-state" });
}

function region() {
  return document.getElementById("on-their-way");
}

function dress(hidden) {
  for (const row of region().querySelectorAll("[data-upload]")) {
    row.hidden = hidden.has(row.dataset.upload);
    const [held, total, last] = [Number(row.dataset.held), Number(row.dataset.total), before.get(row.dataset.upload)];
    before.set(row.dataset.upload, { at: performance.now(), held });
    const speed = last && held > last.held ? (held - last.held) / ((performance.now() - last.at) / 1000) : 0;
    const figures = row.querySelector("[data-speed]");
    if (figures && speed) figures.textContent = ` · ${size(speed)}/s · ${timeLeft((total - held) / speed)}`;
  }
}
