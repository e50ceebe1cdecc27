// Warns before a session ends and lets the person extend it (WCAG 2.2.1). Every answer of the portal starts the time anew,
// so other windows tell each other about theirs.
const dialog = document.getElementById("session-end");
const part = (name) => dialog.querySelector(`[data-part="${name}"]`);
const total = Number(dialog.dataset.seconds) * 1000;
const warning = Number(dialog.dataset.warning) * 1000;
const windows = new BroadcastChannel("session");
const announced = new Set([60, 30, 10]); // seconds at which the time left is read aloud
let ends = Date.now() + total;
let dismissed = false;

// A new sign-in gives the browser a new token; forms that were open before take it over.
function token() {
  return document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";
}

function renew({ tell }) {
  ends = Date.now() + total;
  dismissed = false;
  part("failed").hidden = true;
  if (dialog.open && part("over").hidden) dialog.close();
  if (tell) windows.postMessage("renewed");
}

function spoken(seconds) {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function end() {
  for (const name of ["soon", "failed", "extend"]) part(name).hidden = true;
  for (const name of ["over", "sign-in", "close"]) part(name).hidden = false;
}

function tick() {
  const left = Math.max(0, Math.ceil((ends - Date.now()) / 1000));
  if (left * 1000 > warning || !part("over").hidden) return;
  if (left === 0) end();
  if (!dialog.open && (left === 0 || !dismissed)) dialog.showModal();
  part("left").textContent = spoken(left);
  part("left").setAttribute("aria-live", announced.has(left) ? "assertive" : "off");
}

part("extend").addEventListener("click", async () => {
  try {
    const answer = await fetch(dialog.dataset.url, { method: "POST", headers: { "X-CSRFToken": token() }, redirect: "manual" });
    if (answer.status === 204) renew({ tell: true });
    else end();
  } catch {
    part("failed").hidden = false; // no connection: the time goes on, the button stays
  }
});
part("close").addEventListener("click", () => dialog.close());
dialog.addEventListener("cancel", () => { dismissed = true; }); // Escape: no further question, only the end is told
window.addEventListener("focus", () => {
  if (part("over").hidden || !token()) return;
  for (const field of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) field.value = token();
});
windows.addEventListener("message", () => renew({ tell: false }));
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful) renew({ tell: true });
});
windows.postMessage("renewed"); // this very page was just fetched
setInterval(tick, 1000);
