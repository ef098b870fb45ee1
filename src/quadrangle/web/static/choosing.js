// A column of a form is checked, or not, as a whole. Without it, each box is.
(() => {
  "use strict";
  for (const form of document.querySelectorAll("form[data-choosing]")) {
    const tools = form.querySelector("[data-choosing-tools]");
    tools.hidden = false;
    tools.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      for (const box of form.querySelectorAll(`input[data-column="${button.value}"]`)) box.checked = button.name === "check";
    });
  }
})();
