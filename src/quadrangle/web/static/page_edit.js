// A page that is being written: leaving asks first, and the moment of publication is asked for only where there is one.
(() => {
  "use strict";
  const form = document.querySelector("form[data-guards]");
  if (!form) return;

  const written = () => {
    const data = new FormData(form);
    data.delete("authenticity_token");
    return JSON.stringify([...data]);
  };
  let saved = null;
  let sent = false;
  addEventListener("load", () => (saved = written()));
  form.addEventListener("submit", () => (sent = true));
  addEventListener("pageshow", () => (sent = false));
  addEventListener("beforeunload", (event) => {
    if (saved !== null && !sent && written() !== saved) event.preventDefault();
  });

  const moment = form.querySelector("[name='wiki_page[publish_at]']");
  const asks = () => {
    const later = form.querySelector("[name='wiki_page[state]']:checked")?.value === "later";
    moment.closest(".field").hidden = !later;
    moment.required = later;
  };
  if (moment) {
    form.addEventListener("change", asks);
    asks();
  }
})();
