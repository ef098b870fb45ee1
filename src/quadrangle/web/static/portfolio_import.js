// A package is sent with its progress where scripts run; one that is interrupted can be sent again at once, as nothing of it was kept.
(() => {
  "use strict";
  const form = document.getElementById("package");
  const words = form.querySelector("[data-words]").dataset;
  const bar = form.querySelector("[data-progress]");
  const doing = form.querySelector("[data-doing]");
  const percent = form.querySelector("[data-percent]");
  const stop = form.querySelector("[data-stop]");
  const wrong = document.getElementById("file-wrong");
  const token = () =>
    decodeURIComponent(document.cookie.split("; ").find((one) => one.startsWith("_csrf_token="))?.slice(12) ?? "") ||
    form.querySelector("[data-token]").value;

  const over = (text) => {
    bar.hidden = stop.hidden = true;
    form.querySelector("button[type=submit]").disabled = false;
    wrong.hidden = !text;
    wrong.querySelector("span").textContent = text;
    const input = document.getElementById("file");
    input.toggleAttribute("aria-invalid", Boolean(text));
    if (text) {
      input.setAttribute("aria-invalid", "true");
      input.focus();
    }
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const request = new XMLHttpRequest();
    over("");
    bar.hidden = stop.hidden = false;
    doing.textContent = doing.dataset.sending;
    form.querySelector("button[type=submit]").disabled = true;
    stop.onclick = () => request.abort();
    request.upload.addEventListener("progress", (progress) => {
      const share = Math.round((progress.loaded / progress.total) * 100);
      bar.querySelector("progress").value = share;
      percent.textContent = `${share} %`;
    });
    request.upload.addEventListener("load", () => {
      doing.textContent = doing.dataset.reading;
      percent.textContent = "";
      bar.querySelector("progress").removeAttribute("value");
    });
    request.addEventListener("abort", () => over(""));
    request.addEventListener("error", () => over(words.interrupted));
    request.addEventListener("load", () => {
      if (request.status === 200) location.assign(request.responseURL);
      else {
        const told = new DOMParser().parseFromString(request.responseText, "text/html").querySelector("#file-wrong span")?.textContent;
        over(told || (request.status === 401 || request.status === 422 ? words.signedOut : words.interrupted));
      }
    });
    request.open("POST", form.dataset.post);
    request.setRequestHeader("accept", "text/html");
    request.setRequestHeader("x-csrf-token", token());
    request.send(new FormData(form));
  });
})();
