// What `npm run bench` may be told. Pure: arguments in, options out.
import { parseArgs } from 'node:util';

export type Options = {
  /** Names of rows or groups; empty: all. */
  only: readonly string[];
  quick: boolean;
  list: boolean;
  /** The table as Markdown, for README. */
  markdown: boolean;
  /** Where all figures go. */
  json: string | null;
  /** Where the API leaves its CPU profile, for a browser's developer tools; it costs some speed. */
  profiles: string | null;
  /** Levels of the base size: its 2,000 stores have a 2,000th of them as items. */
  levels: number;
  /** Levels of the size that growth is measured at. */
  largeLevels: number;
  rounds: number;
  /** How long one side runs in one round. */
  seconds: number;
};

export const STORES = 2_000;
export const LEVELS = 50_000;
export const LARGE_LEVELS = 10_000_000;
const LARGE_LEVELS_QUICK = 200_000;
/** Fewer have no honest median. */
export const ROUNDS_MIN = 5;

export const HELP = `npm run bench -- [--only NAME[,NAME]] [--quick] [--json FILE] [--markdown] [--list] [--profile DIR]
                 [--levels 50000] [--large-levels 10000000] [--rounds 5] [--seconds 2.5]

--only      rows or groups of rows; --list names them
--quick     short rounds, and growth to 200,000 levels only: for a look while working
--json      writes every figure of every round to a file
--markdown  prints the table as README has it
--profile   the API leaves its CPU profile in this folder`;

/** Throws an Error with a sentence for whoever typed it. */
export function readOptions(argv: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      only: { type: 'string', multiple: true, default: [] },
      quick: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      markdown: { type: 'boolean', default: false },
      json: { type: 'string' },
      profile: { type: 'string' },
      levels: { type: 'string', default: String(LEVELS) },
      'large-levels': { type: 'string' },
      rounds: { type: 'string', default: String(ROUNDS_MIN) },
      seconds: { type: 'string' },
    },
  });
  return {
    only: values.only.flatMap((names) => names.split(',')).filter(Boolean),
    quick: values.quick,
    list: values.list,
    markdown: values.markdown,
    json: values.json ?? null,
    profiles: values.profile ?? null,
    levels: atLeast('levels', values.levels, STORES * 10),
    largeLevels: atLeast(
      'large-levels',
      values['large-levels'] ?? String(values.quick ? LARGE_LEVELS_QUICK : LARGE_LEVELS),
      STORES * 10,
    ),
    rounds: atLeast('rounds', values.rounds, ROUNDS_MIN),
    seconds: atLeast('seconds', values.seconds ?? (values.quick ? '0.4' : '2.5'), 0.1),
  };
}

function atLeast(name: string, text: string, min: number): number {
  const value = Number(text);
  if (Number.isFinite(value) && value >= min) return value;
  throw new Error(`--${name} takes a number from ${min} on, not "${text}".`);
}
