// @ts-check
// Each choice follows at once here, so the button that asks for it has nothing left to do.
/** @type {NodeListOf<HTMLElement>} */
const buttons = document.querySelectorAll("#wish .button");
for (const button of buttons) button.hidden = "htmx" in window;
// Where an update in place fails, the page itself is asked for: it says what is wrong.
/** @param {Event} event */
const inFull = (event) => {
  if (event instanceof CustomEvent) location.assign(event.detail.pathInfo.finalRequestPath);
};
document.addEventListener("htmx:responseError", inFull);
document.addEventListener("htmx:sendError", inFull);
