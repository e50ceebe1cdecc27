// The blind console: shows that an answer is waited for, counts down the least time, and lets a digit choose among the
// buttons of a criterion while that group has the focus. A question not sent yet survives saving the rating beside it.
// Nothing is measured here: times are the server's.
const talk = document.getElementById("question-form");
talk?.addEventListener("submit", () => {
  talk.querySelector("button[type=submit]").setAttribute("aria-disabled", "true");
  talk.querySelector(".waiting-note").hidden = false;
});
talk?.addEventListener("submit", (event) => {
  if (talk.dataset.sent) event.preventDefault();
  talk.dataset.sent = "1";
});
window.addEventListener("pageshow", () => {
  if (talk) delete talk.dataset.sent;
});

const question = document.getElementById("question");
if (question) {
  const slot = talk.action;
  const kept = sessionStorage.getItem(slot) ?? "";
  const asked = [...document.querySelectorAll(".said.mine")].at(-1)?.textContent.trim();
  if (kept.trim() === asked) sessionStorage.removeItem(slot);
  else if (!question.value) question.value = kept;
  question.addEventListener("input", () => sessionStorage.setItem(slot, question.value));
}

const left = document.querySelector("[data-seconds-left]");
if (left) {
  const until = performance.now() + Number(left.dataset.secondsLeft) * 1000;
  const tick = () => {
    const seconds = Math.max(Math.ceil((until - performance.now()) / 1000), 0);
    left.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    if (seconds) setTimeout(tick, 1000);
  };
  tick();
}

document.getElementById("rating-form")?.addEventListener("keydown", (event) => {
  const group = event.target.closest(".score-buttons");
  if (!group || !/^[0-9]$/.test(event.key)) return;
  const chosen = [...group.querySelectorAll("input")].find((input) => input.value === event.key);
  if (!chosen) return;
  chosen.checked = true;
  chosen.focus();
  chosen.dispatchEvent(new Event("change", { bubbles: true }));
});
