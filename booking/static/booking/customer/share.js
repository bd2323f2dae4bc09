// @ts-check
// Copying and the phone's own way to share, where the browser has them; without this script the link can be selected.
const said = document.getElementById("shared");
/** @type {NodeListOf<HTMLElement>} */
const copies = document.querySelectorAll("[data-copy]");
for (const button of copies) {
  if (!("clipboard" in navigator)) continue; // browsers have it on https alone
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy || "");
    button.textContent = button.dataset.done || "";
    if (said) said.textContent = button.textContent;
  });
}
/** @type {NodeListOf<HTMLElement>} */
const shares = document.querySelectorAll("[data-share]");
for (const button of shares) {
  if (!("share" in navigator)) continue;
  button.hidden = false;
  button.addEventListener("click", () =>
    navigator.share({ url: button.dataset.share, title: button.dataset.text }).catch(() => {}),
  );
}
