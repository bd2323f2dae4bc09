// Makes passkeys and signs in with them, where the browser can; without it the password and the app's code do.

const canRead = typeof PublicKeyCredential !== "undefined" && "parseRequestOptionsFromJSON" in PublicKeyCredential;

function offer(form, ask) {
  if (!form || !canRead) return;
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    if (form.elements.credential.value) return;
    event.preventDefault();
    const failed = form.querySelector(".error");
    failed.hidden = true;
    try {
      const credential = await ask();
      form.elements.credential.value = JSON.stringify(credential.toJSON());
      form.submit();
    } catch {
      failed.hidden = false; // called off, timed out, or none there: the browser tells nobody which
    }
  });
}

const signIn = document.getElementById("passkey");
offer(signIn, async () => {
  const token = signIn.elements.csrfmiddlewaretoken.value;
  const answer = await fetch(signIn.dataset.options, { method: "POST", headers: { "X-CSRFToken": token } });
  if (!answer.ok) throw new Error("no options");
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(await answer.json());
  return navigator.credentials.get({ publicKey });
});

const options = document.getElementById("passkey-options");
if (options && canRead) document.getElementById("no-passkeys").hidden = true;
offer(document.getElementById("new-passkey"), () => {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(JSON.parse(options.textContent));
  return navigator.credentials.create({ publicKey });
});
