// Text areas marked data-rich become editors; those marked data-rich=later when they are told so by the event quad:edit. What is typed goes back into the text area, so that a form sends it as it would without scripts.
(() => {
  "use strict";
  const content = document.currentScript.dataset.content;
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const token = () => decodeURIComponent(document.cookie.split("; ").find((one) => one.startsWith("_csrf_token="))?.slice(12) ?? "");

  // A picture goes to the files of whoever the text belongs to, as a program would send it: say what comes, then send it.
  const upload = async (files, blob, name, progress) => {
    const fields = new URLSearchParams({ name, size: blob.size, content_type: blob.type, on_duplicate: "rename" });
    const asked = await fetch(files, { method: "POST", body: fields, headers: { "x-csrf-token": token(), accept: "application/json" } });
    const told = await asked.json();
    if (!asked.ok) throw told;
    const data = new FormData();
    for (const [key, value] of Object.entries(told.upload_params)) data.append(key, value);
    data.append(told.file_param ?? "file", blob, name);
    const file = await new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open("POST", new URL(told.upload_url, location.href).pathname);
      request.responseType = "json";
      request.upload.onprogress = (event) => event.lengthComputable && progress((100 * event.loaded) / event.total);
      request.onload = () => (request.response?.id ? resolve(request.response) : reject(request.response));
      request.onerror = () => reject(null);
      request.send(data);
    });
    return `${files.replace("/api/v1", "")}/${file.id}/preview`;
  };
  const uploads = (files, failed) => ({
    file_picker_types: "image",
    images_upload_handler: (info, progress) =>
      upload(files, info.blob(), info.filename(), progress).catch(() => Promise.reject({ message: failed, remove: true })),
  });

  const start = (area, more = {}) =>
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
      ...(area.dataset.uploads ? uploads(area.dataset.uploads, area.dataset.uploadFailed) : {}),
      auto_focus: more.focus ? area.id : undefined,
      setup: (editor) =>
        editor.on("input change undo redo", () => {
          editor.save();
          more.changed?.();
        }),
    });
  for (const area of document.querySelectorAll("textarea[data-rich]:not([data-rich=later])")) start(area);
  document.addEventListener("quad:edit", (event) => start(event.target, { focus: true, ...event.detail }));
})();
