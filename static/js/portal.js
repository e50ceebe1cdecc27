// Copies a digest with the keyboard: Enter on the focused code, as a click selects it whole. A button copies what it names.
document.addEventListener("keydown", async (event) => {
  const source = event.target.closest?.("[data-copy]");
  if (source && event.key === "Enter") await navigator.clipboard.writeText(source.dataset.copy);
});
document.addEventListener("click", async ({ target }) => {
  const button = target.closest("[data-copy-of]");
  if (!button) return;
  const source = document.getElementById(button.dataset.copyOf);
  getSelection().selectAllChildren(source); // seen, and copied by hand where the browser lets no page do it
  try {
    await navigator.clipboard.writeText(source.textContent.trim());
  } catch {
    return;
  }
  const said = button.parentNode.querySelector("[role=status]");
  said.textContent = said.dataset.done;
  setTimeout(() => { said.textContent = ""; }, 3000);
});
