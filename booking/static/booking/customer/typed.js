// What was typed stays with its page: after a reload, and when somebody comes back to it.
const form = document.getElementById("details");
const fields = [...form.elements].filter((field) => field.name && field.type !== "hidden" && field.name !== "homepage");

const keep = () => {
  const typed = fields.map((field) => (/^(checkbox|radio)$/.test(field.type) ? field.checked : field.value));
  history.replaceState({ ...history.state, typed }, "");
};

const typed = history.state && history.state.typed;
if (typed && typed.length === fields.length) {
  fields.forEach((field, at) => {
    if (typeof typed[at] === "boolean") field.checked = typed[at];
    else if (!field.value) field.value = typed[at];
  });
  const more = form.querySelector("details.more");
  if (more && [...more.querySelectorAll("input, textarea")].some((field) => field.checked || (field.type !== "checkbox" && field.value))) {
    more.open = true;
  }
}
form.addEventListener("change", keep);
addEventListener("pagehide", keep);

// The link back to the times takes along what was typed, as the button does.
document.querySelector("a.back").addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || !fields.some((field) => field.type !== "checkbox" && field.type !== "radio" && field.value)) return;
  event.preventDefault();
  form.querySelector("button[data-other-time]").click();
});
