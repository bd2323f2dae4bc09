// @ts-check
// A page with a script asks for its news by itself, and tells the server so: then the header that would load the whole
// page again, and let a screen reader begin anew, is left out.
const liveUrl = document.currentScript?.dataset.liveUrl;
if (liveUrl) location.replace(liveUrl);
