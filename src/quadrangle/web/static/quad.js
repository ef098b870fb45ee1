// What makes screens pleasant where scripts run. Nothing here is needed: every form and link works without it.
(() => {
  "use strict";

  // Whoever signed in again in another tab has a new token: the forms of this page take it from the cookie.
  const token = () => document.cookie.split("; ").find((one) => one.startsWith("_csrf_token="))?.slice(12);
  document.addEventListener("submit", (event) => {
    const proof = event.target.elements?.authenticity_token;
    if (proof && token()) proof.value = decodeURIComponent(token());
  });

  // A form that was sent is not sent twice. Coming back with the browser's button makes it ready again.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method === "dialog") return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    const button = event.submitter;
    if (button) setTimeout(() => button.setAttribute("aria-busy", "true"));
  });
  const ready = (root) => {
    for (const form of root.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
    for (const button of root.querySelectorAll("button[aria-busy]")) button.removeAttribute("aria-busy");
  };
  addEventListener("pageshow", (event) => event.persisted && ready(document));
  document.addEventListener("htmx:finally:request", () => ready(document));

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens]");
    if (opener) {
      const dialog = document.getElementById(opener.dataset.opens);
      if (dialog) {
        event.preventDefault();
        dialog.showModal();
      }
    }
    if (event.target.matches("dialog")) event.target.close(); // beside the box
    for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });

  // What is to be copied has a button for it.
  for (const button of document.querySelectorAll("[data-copies]")) {
    const field = document.getElementById(button.dataset.copies);
    const says = button.querySelector("span");
    const before = says.textContent;
    button.hidden = false;
    button.addEventListener("click", async () => {
      field.select();
      try {
        await navigator.clipboard.writeText(field.value);
      } catch {
        document.execCommand("copy"); // where the page did not come over TLS
      }
      says.textContent = button.dataset.done;
      setTimeout(() => (says.textContent = before), 3000);
    });
  }

  // An answer that shows something once and must not be asked for again: loading it anew leads to where that thing is kept.
  const kept = document.querySelector("[data-kept-at]");
  if (kept) history.replaceState(null, "", kept.dataset.keptAt);

  // On a telephone the entry one is at may lie beyond the edge of its row.
  for (const here of document.querySelectorAll(".nav [aria-current], .tabs [aria-current]")) {
    const row = here.closest("nav");
    if (row.scrollWidth > row.clientWidth) here.scrollIntoView({ inline: "center", block: "nearest", behavior: "instant" });
  }

  // What was found wrong is where one starts again.
  document.querySelector("[aria-invalid=true]")?.focus();
})();
