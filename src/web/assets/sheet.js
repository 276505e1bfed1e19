// The sheet of a task: a field is edited where it stands. Without this script each step is a page of the same address.
"use strict";

/** Shows the parts of a page of the server, and its toast. Another part in use is left alone. */
function put(page, address, from) {
  // An update that was asked for before is older than this page.
  round += 1;
  update(page, from);
  history.replaceState(history.state, "", address);
  const toast = page.querySelector("main .toast");
  if (toast) show(toast.innerHTML);
  const alert = page.querySelector("main > .summary");
  if (alert) say(alert.textContent);
}

/** Loads a page of the sheet; false when that failed, so that the browser does it. */
async function load(from, address, options) {
  const dialog = from.closest("dialog");
  try {
    const answer = await fetch(address, { headers, ...options });
    if ([401, 404].includes(answer.status) || answer.status >= 500) return false;
    const page = parsed(await answer.text());
    if (dialog && !answer.redirected) return fill(dialog, page);
    // Its place in the history becomes that of the new page.
    if (dialog) history.replaceState(null, "");
    dialog?.close();
    // A form that comes back with a question has no page of its own to load again.
    const here = options && !answer.redirected ? location.href : answer.url;
    put(page, here, from);
    return true;
  } catch {
    return false;
  }
}

/** Moves the focus to the open form, or to the link that opened it. */
function focusOn(field) {
  const line = document.querySelector(".field .problem ~ * input, .field [name]:not([type=hidden], [type=radio])");
  (line ?? document.querySelector(`a[data-edit="${field}"]`))?.focus();
  line?.select?.();
}

// The forms of payments open over the sheet, with a place in the history that Back leaves; so do Escape and "Cancel".
const paying = "main > form.pay";
async function pay(link) {
  const html = await ask(link.href);
  const form = html && parsed(html).querySelector(paying);
  if (!form) return location.assign(link.href);
  history.pushState({ over: true }, "");
  over(form, "pay").addEventListener("close", () => { if (history.state?.over) history.back(); });
}

/** Shows the form that came back, with what is wrong; false when none did. */
function fill(dialog, page) {
  const form = page.querySelector(paying);
  if (!form) return false;
  dialog.replaceChildren(form);
  form.querySelector("[aria-invalid], [type=checkbox], button.main, button.danger").focus();
  return true;
}

window.addEventListener("popstate", () => document.querySelector("dialog.pay")?.close());

document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-edit], a[data-pay], dialog a[data-close]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  if (link.matches("[data-pay]")) pay(link);
  else if (link.matches("[data-close]")) link.closest("dialog").close();
  else if (await load(link, link.href)) focusOn(link.dataset.edit);
  else location.href = link.href;
});

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-place], dialog.pay form") || event.defaultPrevented) return;
  event.preventDefault();
  const body = new URLSearchParams(new FormData(form));
  if (form.closest(".toast")) said.hidden = true;
  const link = form.querySelector("a[data-edit]");
  const loaded = await load(form, form.action, { method: "POST", body });
  delete form.dataset.sent;
  if (!loaded) form.submit();
  else if (!form.matches(".pay")) focusOn(link?.dataset.edit);
});

document.addEventListener("keydown", ({ key, target }) => { if (key === "Escape") target.closest(".field")?.querySelector("a[data-edit]").click(); });

// Photos are as small as a screen needs them; one that was taken with the camera is sent at once.
async function smaller(file) {
  try {
    const picture = await createImageBitmap(file);
    const part = 2560 / Math.max(picture.width, picture.height);
    if (part >= 1) return file;
    const canvas = new OffscreenCanvas(picture.width * part, picture.height * part);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    return new File([await canvas.convertToBlob({ type: "image/jpeg", quality: 0.85 })], file.name.replace(/\.\w+$/, ".jpg"));
  } catch {
    return file;
  }
}
document.addEventListener("change", async ({ target }) => {
  if (!target.matches("[type=file]")) return;
  const sent = new DataTransfer();
  for (const file of target.files) sent.items.add(await smaller(file));
  target.files = sent.files;
  if (target.matches("[data-send]")) target.form.requestSubmit();
});

// The change of a customer who gives more in cash than is taken.
const sum = (field) => Number(field.value.replace(/\s/g, "").replace(",", "."));
document.addEventListener("input", ({ target: { form } }) => {
  const given = form?.querySelector("[data-given]");
  if (!given) return;
  const change = sum(given) - sum(form.elements.sum);
  const number = change.toLocaleString(document.documentElement.lang, { minimumFractionDigits: change % 1 ? 2 : 0, maximumFractionDigits: 2 });
  form.querySelector("output").value = given.value && !isNaN(change) ? given.dataset.given.replace("0", number) : "";
});

// A customer without a channel: the text to copy and the text message follow what is typed.
document.addEventListener("input", ({ target }) => {
  const ways = document.querySelector(".ways");
  if (!ways || target.name !== "comment") return;
  const field = ways.querySelector("textarea");
  const typed = target.value.trim();
  field.value = typed ? `${typed}\n${ways.dataset.link}`.trim() : field.defaultValue;
  ways.querySelector("[data-sms]").href = `sms:${ways.dataset.dial}?&body=${encodeURIComponent(field.value)}`;
});
