// Verifies webhooks as a receiver in JavaScript does. In: a JSON list of requests, each with a secret and the moment of
// its arrival. Out: for each what it says, or null where it is refused.
import { readFileSync } from "node:fs";
import { Webhook, WebhookVerificationError } from "standardwebhooks";

function verify({ secret, body, headers, arrives_at }) {
  Date.now = () => Date.parse(arrives_at);
  try {
    return new Webhook(secret).verify(body, headers);
  } catch (error) {
    if (error instanceof WebhookVerificationError) return null;
    throw error;
  }
}

process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(verify)));
