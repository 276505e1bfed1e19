// Progressive enhancement of forms: every page works without it.
"use strict";

const headers = { "X-Requested-By": "desk" };
const parsed = (html) => new DOMParser().parseFromString(html, "text/html");

/** Returns the body of a response; null when none came, or one of another status. `gone` is called without session or object. */
async function ask(address, { as = "text", also, gone, ...options } = {}) {
  try {
    const answer = await fetch(address, { headers, ...options });
    if ([401, 404].includes(answer.status)) gone?.();
    return answer.ok || answer.status === also ? await answer[as]() : null;
  } catch {
    return null;
  }
}

// Repeated submission of a POST form is ignored, but only for some milliseconds: a page does not
// learn that its request was cancelled or lost.
const AGAIN = 2000;
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (Date.now() - form.dataset.sent < AGAIN) return event.preventDefault();
  form.dataset.sent = Date.now();
  keep();
  // A response at the same URL would replace the form's history entry, and Back would skip the form.
  // So the action gets a URL of its own.
  if (form.action === location.href) form.action += form.action.includes("?") ? "&" : "?";
});
window.addEventListener("pageshow", () => { for (const form of document.querySelectorAll("[data-sent]")) delete form.dataset.sent; });

// Typed values are stored in the page's history entry, so that Back restores them after a failure,
// and a new form is empty. Hidden fields are stored too: the idempotency key, and the original values
// for detecting conflicts. Forms with passwords, and files, are not stored.
const texts = "input:not([type=hidden], [type=radio], [type=checkbox], [type=password], [type=file], [readonly]), textarea";
const kept = () => [...document.forms].filter((form) => form.method === "post" && form.querySelector(texts) && !form.querySelector("[type=password]"));
const goal = (form) => form.getAttribute("action").replace(/[?&]+$/, "");
const fields = (form) => [...form.elements].filter((field) => field.name && field.matches("input:not([type=file]), textarea, select"));

function keep() {
  const forms = kept().map((form) => [goal(form), fields(form).map(({ name, type, value, checked }) => [name, type, value, checked])]);
  history.replaceState({ ...history.state, forms }, "");
}

for (const [to, was] of history.state?.forms ?? []) {
  const form = kept().find((form) => goal(form) === to);
  const now = form ? fields(form) : [];
  // A form with different fields is not the same form.
  if (now.length !== was.length || now.some((field, at) => field.name !== was[at][0])) continue;
  now.forEach((field, at) => {
    const [, type, value, checked] = was[at];
    if (type === "radio" || type === "checkbox") field.checked = checked;
    else field.value = value;
  });
}
document.addEventListener("change", keep);

// Typing into one's own version of a conflicting field selects it.
document.addEventListener("input", (event) => {
  const mine = event.target.closest(".clash")?.querySelector("[value=mine]");
  if (mine && event.target.type !== "radio") mine.checked = true;
});

// Each arrow key in a select changes its value, so a change submits the form only if it was made with
// a pointer; with the keyboard, the button or Enter does.
let pointed = true;
document.addEventListener("keydown", () => { pointed = false; }, true);
document.addEventListener("pointerdown", () => { pointed = true; }, true);
const isPointed = (event) => pointed && event.target.matches("select, [type=date], [type=checkbox], [type=radio]");
const isOpen = (list) => !CSS.supports("selector(:open)") || list.matches(":open");

// A filter is applied when it is chosen, and empty ones are left out of the URL.
for (const form of document.querySelectorAll("[data-filters]")) {
  form.addEventListener("change", (event) => { if (event.target.name && isPointed(event)) form.requestSubmit(); });
  form.addEventListener("formdata", ({ formData }) => {
    for (const [name, value] of [...formData]) if (value === "") formData.delete(name);
  });
}

// Enter moves to the next field from a lookup field of a form that saves something, and from one filled by a scanner, which ends its
// input with Enter. In all other fields, Enter submits the form.
document.addEventListener("keydown", (event) => {
  const field = event.target;
  if (event.key !== "Enter" || event.isComposing || !field.matches("form[method=post] [data-known], [data-scanned]")) return;
  event.preventDefault();
  const lines = [...field.form.elements].filter((line) => line.matches("input, select, textarea") && line.checkVisibility());
  lines[lines.indexOf(field) + 1]?.focus();
});

// Lookup of the customer or the device while its number is typed.
const unknown = document.querySelector("[data-unknown]");
for (const field of document.querySelectorAll("[data-known]")) {
  const known = document.getElementById(field.dataset.shows);
  const show = (html) => {
    known.innerHTML = html;
    if (known.id !== "known") return;
    const there = known.querySelector(".known") !== null;
    // The focused field is about to be hidden: move the focus to the description.
    if (there && unknown.contains(document.activeElement)) field.form.elements.description.focus();
    unknown.hidden = there;
  };
  let asked = field.defaultValue;
  const look = async () => {
    const typed = field.value;
    if (typed === asked) return;
    asked = typed;
    if (typed.replace(/[^\p{L}\p{N}]/gu, "").length < (field.dataset.least ?? 5)) return show("");
    // Without a response the next input retries, and the server looks it up in any case.
    const html = await ask(field.dataset.known + encodeURIComponent(typed));
    if (field.value === typed) show(html ?? "");
  };
  let timer;
  field.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(look, 250); });
  field.addEventListener("blur", look);
  // A value restored from history differs from the default, and is looked up.
  look();
}
