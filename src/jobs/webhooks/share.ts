// How many of the webhooks are this process's to send for. Knows neither webhooks nor leases.

/**
 * An equal part for each of the senders; those that come first by id have the remainder. The parts add up to `webhooks`
 * where all see the same senders, and those that see others for a moment see the same soon.
 * @param senders with `own` among them or not
 */
export function shareOf(webhooks: number, senders: readonly string[], own: string): number {
  const all = [...new Set([...senders, own])].toSorted();
  const rest = webhooks % all.length;
  return Math.floor(webhooks / all.length) + (all.indexOf(own) < rest ? 1 : 0);
}
