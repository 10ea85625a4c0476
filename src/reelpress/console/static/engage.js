// Behaviours of the Engage and Settings pages.

const prepare = (root) => {
  root.querySelector?.("[data-focus]")?.focus({ preventScroll: false });
  for (const one of root.querySelectorAll?.("[data-frame-form]") ?? []) openFrame(one);
  for (const one of root.querySelectorAll?.("[data-valueless]") ?? []) showValue(one);
};

// A previewed mail is posted into its sandboxed frame, so that it stands under a policy of its own.
const openFrame = (place) => {
  const form = document.createElement("form");
  form.method = "post";
  form.action = place.dataset.action;
  form.target = place.dataset.target;
  form.hidden = true;
  const value = document.createElement("input");
  value.name = "frame";
  value.value = place.dataset.value;
  form.append(value);
  document.body.append(form);
  form.submit();
  form.remove();
  place.remove();
};

// "is set" and its like compare with nothing.
const showValue = (comparison) => {
  const needless = comparison.dataset.valueless.split(" ").includes(comparison.value);
  const value = comparison.closest(".row-item")?.querySelector('[name$=".value"]');
  if (!value) return;
  value.classList.toggle("invisible", needless);
  value.tabIndex = needless ? -1 : 0;
  if (needless) value.value = "";
};

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
  if (event.target.matches("[data-valueless]")) showValue(event.target);
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-add-row]")) prepare(document);
});
document.addEventListener("htmx:afterSwap", (event) => prepare(event.detail.target));
prepare(document);
