// What makes working on a portfolio pleasant where scripts run. Without it every button here is a form, and texts are plain fields.
(() => {
  "use strict";
  // From the cookie: whoever signed in again in another tab has a new one.
  const token = () =>
    decodeURIComponent(document.cookie.split("; ").find((one) => one.startsWith("_csrf_token="))?.slice(12) ?? "") ||
    document.querySelector("input[name=authenticity_token]").value;
  const words = document.querySelector("[data-words]")?.dataset ?? {};

  // --- sections and pages: dragging presses the same form as the buttons

  const move = (what) =>
    htmx.ajax("POST", document.getElementById("order").getAttribute("action"), {
      values: { authenticity_token: token(), at: document.querySelector("#order [name=at]").value, move: what },
      target: "#tree",
      swap: "outerHTML",
    });
  const sortable = () => {
    if (typeof Sortable === "undefined") return;
    const common = { handle: ".grip", animation: 120, forceFallback: true, fallbackTolerance: 3 };
    for (const list of document.querySelectorAll("[data-sections]"))
      Sortable.create(list, { ...common, onEnd: (event) => move(`section-${event.item.dataset.section}-at-${event.newIndex + 1}`) });
    for (const list of document.querySelectorAll("[data-pages]"))
      Sortable.create(list, {
        ...common,
        group: "pages",
        onEnd: (event) => move(`page-${event.item.dataset.page}-to-${event.to.dataset.pages}-at-${event.newIndex + 1}`),
      });
  };
  sortable();

  // After an exchange the focus is where it was, so that a button can be pressed again.
  let pressed = null;
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.getAttribute("aria-disabled") === "true") event.preventDefault();
    else pressed = button.id || null;
  });
  document.addEventListener("htmx:after:swap", () => {
    if (document.querySelector("#tree [data-sections]") && !document.querySelector("[data-sections][data-ready]")) sortable();
    document.querySelector("#tree [data-sections]")?.setAttribute("data-ready", "");
    if (pressed && document.activeElement === document.body) document.getElementById(pressed)?.focus();
  });
  document.querySelector("#tree [data-sections]")?.setAttribute("data-ready", "");

  // --- copying an address

  for (const button of document.querySelectorAll("[data-copies]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const field = document.getElementById(button.dataset.copies);
      field.select();
      try {
        await navigator.clipboard.writeText(field.value);
      } catch {
        document.execCommand("copy"); // without https there is no clipboard of the other kind
      }
      button.nextElementSibling.textContent = button.dataset.done;
    });
  }

  // --- a page and its blocks

  const form = document.getElementById("page-form");
  if (!form) return;
  const state = form.querySelector("[data-state]");
  const kept = `page-${form.dataset.me}-${form.dataset.page}`;
  let dirty = "dirty" in form.dataset;
  let timer = 0;

  const blocks = () => document.getElementById("blocks");
  const gathered = () => {
    hugerte.triggerSave();
    const data = new FormData(form);
    for (const name of ["authenticity_token", "lock_version"]) data.delete(name);
    return new URLSearchParams([...data].filter(([, value]) => typeof value === "string")).toString();
  };
  // In this tab alone: others who use this computer find nothing.
  const keep = () => {
    try {
      sessionStorage.setItem(kept, gathered());
    } catch {
      sessionStorage.removeItem(kept); // longer than browsers keep: half of it would be worse than none
    }
  };
  const changed = () => {
    dirty = true;
    state.textContent = words.unsaved;
    clearTimeout(timer);
    timer = setTimeout(keep, 400);
  };
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  addEventListener("beforeunload", (event) => {
    if (dirty) event.preventDefault();
  });
  form.addEventListener("submit", (event) => {
    if (event.submitter?.dataset.step !== undefined) return;
    clearTimeout(timer);
    keep(); // should the session have ended, it is here when one comes back
    dirty = false;
  });
  document.querySelector("[data-leave]")?.addEventListener("click", () => {
    dirty = false;
    sessionStorage.removeItem(kept);
  });

  // Words are read as they will look, and become an editor where they are to be changed.
  const write = (block) => {
    const area = block.querySelector("textarea[data-rich]");
    block.querySelector("[data-reads]").hidden = true;
    block.querySelector("[data-writes]").hidden = false;
    block.querySelector("[data-write]").hidden = true;
    area.dispatchEvent(new CustomEvent("quad:edit", { bubbles: true, detail: { changed } }));
  };
  const ready = () => {
    for (const block of blocks().querySelectorAll(".block")) {
      const button = block.querySelector("[data-write]");
      if (!button) continue;
      if (block.querySelector("textarea").value.trim() === "" || "fresh" in block.querySelector("textarea").dataset) {
        write(block);
        continue;
      }
      button.hidden = false;
      block.querySelector("[data-reads]").hidden = false;
      block.querySelector("[data-writes]").hidden = true;
      button.addEventListener("click", () => write(block));
      block.querySelector("[data-reads]").addEventListener("dblclick", () => write(block));
    }
  };

  const exchange = async (step, body = null) => {
    hugerte.triggerSave();
    const data = body ?? new FormData(form);
    data.set("do", step);
    data.set("authenticity_token", token());
    const sent = new URLSearchParams([...data].filter(([, value]) => typeof value === "string"));
    let reply;
    try {
      reply = await fetch(blocks().dataset.draft, { method: "POST", body: sent, headers: { "hx-request": "true", accept: "text/html" } });
    } catch {
      state.textContent = words.failed;
      return;
    }
    if (!reply.ok) {
      state.textContent = reply.status === 401 || reply.status === 422 ? words.signedOut : words.failed;
      return;
    }
    const html = await reply.text();
    for (const editor of [...hugerte.get()]) editor.remove();
    blocks().outerHTML = html;
    ready();
    changed();
    const here = blocks().querySelector("[data-here]");
    const again = document.getElementById(step.replace(/\d+$/, here?.querySelector("h3").id.replace("block-", "")));
    if (here && /^(up|down)-/.test(step) && again) again.focus();
    else if (here && !here.querySelector("[data-fresh][data-rich]")) (here.querySelector("textarea") ?? here.querySelector("h3")).focus();
    here?.scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-step]");
    if (!button) return;
    event.preventDefault();
    if (button.getAttribute("aria-disabled") !== "true") exchange(button.value);
    if (button.closest("#picker")) document.getElementById("picker").replaceChildren();
  });
  document.querySelector("[data-pick]")?.addEventListener("click", async (event) => {
    event.preventDefault();
    const reply = await fetch(event.currentTarget.href, { headers: { "hx-request": "true", accept: "text/html" } });
    const picker = document.getElementById("picker");
    picker.innerHTML = reply.ok ? await reply.text() : "";
    if (!reply.ok) state.textContent = words.signedOut;
    document.getElementById("picker-title")?.focus();
  });
  document.getElementById("picker").addEventListener("click", async (event) => {
    const link = event.target.closest("a[data-shelf]");
    if (link) {
      event.preventDefault();
      const reply = await fetch(link.href, { headers: { "hx-request": "true", accept: "text/html" } });
      document.getElementById("picker").innerHTML = await reply.text();
      document.getElementById("picker-title")?.focus();
    } else if (event.target.closest("[data-close]")) {
      document.getElementById("picker").replaceChildren();
      document.querySelector("[data-pick]").focus();
    }
  });

  // --- text that was never saved: the session ended, or one went elsewhere

  const before = sessionStorage.getItem(kept);
  const saved = location.hash === "#saved";
  if (saved) history.replaceState(history.state, "", location.pathname);
  if (saved && !dirty) sessionStorage.removeItem(kept);
  else if (before !== null && !dirty && before !== gathered()) {
    const notice = document.querySelector("[data-kept]");
    notice.hidden = false;
    notice.querySelector("[data-forget]").addEventListener("click", () => {
      sessionStorage.removeItem(kept);
      notice.hidden = true;
    });
    notice.querySelector("[data-put-back]").addEventListener("click", async () => {
      const data = new FormData();
      for (const [name, value] of new URLSearchParams(before)) data.append(name, value);
      form.querySelector("[name='eportfolio_entry[name]']").value = data.get("eportfolio_entry[name]");
      notice.hidden = true;
      await exchange("", data);
      form.querySelector("[name='eportfolio_entry[name]']").focus();
    });
  } else if (before !== null && !dirty) sessionStorage.removeItem(kept);
  ready();

  // --- files from this device: announced, sent with progress, put on the page; one that was interrupted is begun anew

  document.querySelector("[data-plain]").hidden = true;
  document.querySelector("[data-upload]").hidden = false;
  const send = (file, row) => {
    const bar = row.querySelector("progress");
    const percent = row.querySelector("[data-percent]");
    const wrong = row.querySelector("[data-wrong]");
    const again = row.querySelector("[data-again]");
    const failed = (text) => {
      wrong.textContent = text;
      wrong.hidden = again.hidden = false;
      percent.textContent = "";
    };
    wrong.hidden = again.hidden = true;
    bar.value = 0;
    const request = new XMLHttpRequest();
    row.querySelector("[data-stop]").onclick = () => {
      request.abort();
      row.remove();
    };
    again.onclick = () => send(file, row);
    const announce = new URLSearchParams({ name: file.name, size: file.size, content_type: file.type, on_duplicate: "rename" });
    fetch("/api/v1/users/self/files", { method: "POST", body: announce, headers: { "x-csrf-token": token(), accept: "application/json" } })
      .then(async (reply) => {
        if (reply.status === 401 || reply.status === 422) return failed(words.signedOut);
        if (!reply.ok) return failed((await reply.json()).message ?? words.refused);
        const announced = await reply.json();
        const data = new FormData();
        for (const [name, value] of Object.entries(announced.upload_params)) data.append(name, value);
        data.append(announced.file_param, file);
        request.upload.addEventListener("progress", (event) => {
          bar.value = event.total ? (event.loaded / event.total) * 100 : 0;
          percent.textContent = `${Math.round(bar.value)} %`;
        });
        request.addEventListener("error", () => failed(words.interrupted));
        request.addEventListener("load", async () => {
          if (request.status !== 200) return failed(words.refused);
          row.remove();
          await exchange(`file-${JSON.parse(request.responseText).id}`);
        });
        request.open("POST", new URL(announced.upload_url).pathname);
        request.setRequestHeader("accept", "application/json");
        request.send(data);
      })
      .catch(() => failed(words.interrupted));
  };
  document.querySelector("[data-send]").addEventListener("change", (event) => {
    for (const file of event.target.files) {
      const row = document.getElementById("upload-row").content.firstElementChild.cloneNode(true);
      row.querySelector("[data-name]").textContent = file.name;
      row.querySelector("progress").setAttribute("aria-label", file.name);
      document.querySelector("[data-uploads]").append(row);
      send(file, row);
    }
    event.target.value = "";
    event.stopPropagation();
  });
})();
