// Text areas marked data-rich become editors. What is typed goes back into the text area, so that a form sends it as it would without scripts.
(() => {
  "use strict";
  const content = document.currentScript.dataset.content;
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const start = (area) =>
    hugerte.init({
      target: area,
      base_url: "/static/vendor/hugerte",
      suffix: ".min",
      promotion: false,
      branding: false,
      skin: dark ? "oxide-dark" : "oxide",
      content_css: [dark ? "dark" : "default", content],
      plugins: "autolink autoresize code image link lists table",
      toolbar: "blocks | bold italic | bullist numlist blockquote | link image table | removeformat code",
      toolbar_mode: "wrap",
      menubar: false,
      statusbar: false,
      min_height: 280,
      max_height: 900,
      autoresize_bottom_margin: 24,
      convert_urls: false,
      relative_urls: false,
      entity_encoding: "raw",
      browser_spellcheck: true,
      contextmenu: false,
      iframe_aria_text: document.querySelector(`label[for="${area.id}"]`)?.textContent ?? "",
      highlight_on_focus: false,
      setup: (editor) => editor.on("input change undo redo", () => editor.save()),
    });
  for (const area of document.querySelectorAll("textarea[data-rich]")) start(area);
})();
