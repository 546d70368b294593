// Ballots that were pressed as the network was lost, while no page of their meeting is open: sent by plain HTTP as soon as
// there is a network, and the member is told what became of each.
import { PASSING, byHttp } from "./ballot.js";
import { toast } from "./feedback.js";
import { forget, waiting } from "./outbox.js";
import { text } from "./texts.js";

/** The live page of a meeting sends its ballots itself. */
export async function sendLeftBallots(member) {
  if (document.querySelector("[data-live]")) return;
  for (const record of waiting(member)) {
    const answer = await byHttp(record);
    if (!answer || answer.retry || PASSING.has(answer.error)) continue;
    forget(record);
    if (answer.ok) toast(`${text("ballotSent")} ${answer.receipt ?? ""}`.trim(), "success");
    else toast(text("ballotRefused", answer.message ?? ""), "error");
  }
}
