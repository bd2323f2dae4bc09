// Each choice follows at once here, so the button that asks for it has nothing left to do.
for (const button of document.querySelectorAll("#wish .button")) button.hidden = Boolean(window.htmx);
// Where an update in place fails, the page itself is asked for: it says what is wrong.
const inFull = (event) => location.assign(event.detail.pathInfo.finalRequestPath);
document.addEventListener("htmx:responseError", inFull);
document.addEventListener("htmx:sendError", inFull);
