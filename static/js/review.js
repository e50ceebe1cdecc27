// Keyboard entry on the scoring page: Enter in a score field goes on to the next one instead of sending the form,
// and a digit chooses among the buttons of a criterion, but only while that group has the focus.
const form = document.getElementById("score-form");

form?.addEventListener("keydown", (event) => {
  const field = event.target;
  if (event.key === "Enter" && field.matches("input[type=number]")) {
    event.preventDefault();
    const stops = [...form.querySelectorAll("input[type=number], .score-buttons input, #opinion")];
    stops[stops.indexOf(field) + 1]?.focus();
  }
  const group = field.closest(".score-buttons");
  if (group && /^[0-9]$/.test(event.key)) {
    const chosen = [...group.querySelectorAll("input")].find((input) => input.value === event.key);
    if (chosen) {
      chosen.checked = true;
      chosen.focus();
      chosen.dispatchEvent(new Event("change", { bubbles: true }));
    }
  }
});
