// @ts-check
// Makes passkeys and signs in with them, where the browser can; without it the password and the app's code do.

const canRead = typeof PublicKeyCredential !== "undefined" && "parseRequestOptionsFromJSON" in PublicKeyCredential;

/**
 * Offer a form whose hidden field a passkey fills.
 * @param {HTMLElement | null} form
 * @param {() => Promise<Credential | null>} ask
 */
function offer(form, ask) {
  if (!(form instanceof HTMLFormElement) || !canRead) return;
  const field = /** @type {HTMLInputElement} */ (form.elements.namedItem("credential"));
  const failed = /** @type {HTMLElement} */ (form.querySelector(".error"));
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    if (field.value) return;
    event.preventDefault();
    failed.hidden = true;
    try {
      const credential = await ask();
      if (!(credential instanceof PublicKeyCredential)) throw new Error("no passkey");
      field.value = JSON.stringify(credential.toJSON());
      form.submit();
    } catch {
      failed.hidden = false; // called off, timed out, or none there: the browser tells nobody which
    }
  });
}

const signIn = /** @type {HTMLFormElement} */ (document.getElementById("passkey"));
offer(signIn, async () => {
  const { value } = /** @type {HTMLInputElement} */ (signIn.elements.namedItem("csrfmiddlewaretoken"));
  const headers = { "X-CSRFToken": value };
  const answer = await fetch(signIn.dataset.options || "", { method: "POST", headers });
  if (!answer.ok) throw new Error("no options");
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(await answer.json());
  return navigator.credentials.get({ publicKey });
});

const options = document.getElementById("passkey-options");
const without = document.getElementById("no-passkeys");
if (options && canRead && without) without.hidden = true;
offer(document.getElementById("new-passkey"), () => {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(JSON.parse(options?.textContent || "{}"));
  return navigator.credentials.create({ publicKey });
});
