// How far it is, on a terminal as a bar, elsewhere as a line now and then. Words go to standard error.
import { Presets, SingleBar } from 'cli-progress';
import type { Output } from './command.ts';

export type Progress = {
  /** `total` null: nobody knows. */
  show(phase: string, done: number, total: number | null, unit: string): void;
  stop(): void;
};

const LINE_MILLISECONDS = 5_000;

export function makeProgress(output: Output): Progress {
  return output.isTTY ? bar(output) : lines(output);
}

function bar(output: Output): Progress {
  let shown: { phase: string; bar: SingleBar } | null = null;
  const stop = () => {
    shown?.bar.stop();
    shown = null;
  };
  return {
    show(phase, done, total, unit) {
      if (shown?.phase !== phase) {
        stop();
        const format = `{phase} {bar} {percentage}%  {done}  {eta_formatted}`;
        const made = new SingleBar({ format, stream: output, hideCursor: true, barsize: 30 }, Presets.rect);
        made.start(total ?? done, 0, { phase: phase.padEnd(9), done: '' });
        shown = { phase, bar: made };
      }
      shown.bar.setTotal(Math.max(total ?? done, 1));
      shown.bar.update(done, { done: amount(done, total, unit) });
    },
    stop,
  };
}

function lines(output: Output): Progress {
  let phaseBefore = '';
  let toldAt = 0;
  return {
    show(phase, done, total, unit) {
      const now = performance.now();
      const isDue = phase !== phaseBefore || now - toldAt >= LINE_MILLISECONDS;
      if (!isDue) return;
      phaseBefore = phase;
      toldAt = now;
      output.write(`${phase} ${amount(done, total, unit)}\n`);
    },
    stop() {},
  };
}

function amount(done: number, total: number | null, unit: string): string {
  if (unit === 'bytes') return total === null ? megabytes(done) : `${megabytes(done)} of ${megabytes(total)}`;
  return `${done.toLocaleString('en')}${total === null ? '' : ` of ${total.toLocaleString('en')}`} ${unit}`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
