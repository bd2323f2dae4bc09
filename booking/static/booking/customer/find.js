// @ts-check
// Stores near me: asks for the position only when the button is pressed, and sends it no finer than about 100 m.
(() => {
  const button = document.getElementById("near");
  const status = document.getElementById("near-status");
  const field = document.getElementById("id_q");
  if (!button || !status || !("geolocation" in navigator)) return;
  /** @param {number} degrees */
  const round = (degrees) => degrees.toFixed(3);
  button.hidden = false;
  button.addEventListener("click", () => {
    status.textContent = button.dataset.wait || "";
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        const q = field instanceof HTMLInputElement ? field.value.trim() : "";
        const asked = new URLSearchParams(q ? { q } : {});
        asked.set("near", `${round(coords.latitude)},${round(coords.longitude)}`);
        location.assign(`${button.dataset.url}?${asked}`);
      },
      () => {
        status.textContent = button.dataset.failed || "";
      },
      { maximumAge: 600000, timeout: 10000 },
    );
  });
})();
