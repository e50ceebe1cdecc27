// Copies a digest with the keyboard: Enter on the focused code, as a click selects it whole.
document.addEventListener("keydown", async (event) => {
  const source = event.target.closest?.("[data-copy]");
  if (source && event.key === "Enter") await navigator.clipboard.writeText(source.dataset.copy);
});
