// Runs the scripts' rules over what the server's are run over. In: {rules, statuses, steps, visits}; out: their words.
import { readFileSync } from "node:fs";

import { allowedStep, groupOf, isOverdue, nextStep } from "../../booking/static/booking/staff/arrivals/day.js";

const { rules, statuses, steps, visits } = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify({
  after: statuses.map((status) => steps.map((step) => allowedStep(status, step, rules)?.to ?? null)),
  next: statuses.map((status) => nextStep({ status }, rules)),
  overdue: visits.map((visit) => isOverdue(visit, Date.parse(visit.now), rules)),
  groups: visits.map((visit) => groupOf(visit, Date.parse(visit.now), rules)),
}));
