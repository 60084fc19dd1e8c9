// How much processor time processes have used: what a busy machine disturbs least. Linux alone tells; elsewhere zeros.
import { readdirSync, readFileSync } from 'node:fs';

/** USER_HZ, which is 100 on every Linux that Node runs on. */
const TICKS_A_SECOND = 100;

type Stat = { parent: number; ticks: number; ticksOfEnded: number };

/** Seconds that a process has used, by itself. */
export function cpuSeconds(pid: number): number {
  return (statOf(pid)?.ticks ?? 0) / TICKS_A_SECOND;
}

/** Seconds that a process and its children have used, those that have ended included: PostgreSQL's sessions. */
export function cpuSecondsOfFamily(pid: number): number {
  const own = statOf(pid);
  if (own === null) return 0;
  let ticks = own.ticks + own.ticksOfEnded;
  for (const entry of readdirSync('/proc')) {
    const stat = /^\d+$/.test(entry) ? statOf(Number(entry)) : null;
    if (stat?.parent === pid) ticks += stat.ticks + stat.ticksOfEnded;
  }
  return ticks / TICKS_A_SECOND;
}

/** Resident memory in megabytes. */
export function residentMegabytes(pid: number): number {
  try {
    const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return Number(kilobytes ?? 0) / 1_024;
  } catch {
    return 0;
  }
}

function statOf(pid: number): Stat | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in parentheses, may hold anything.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const at = (index: number) => Number(fields[index] ?? 0);
    return { parent: at(1), ticks: at(11) + at(12), ticksOfEnded: at(13) + at(14) };
  } catch {
    return null;
  }
}
