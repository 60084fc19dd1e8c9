// `comptoir backup`: the words around db/backup, which does it.
import { stat } from 'node:fs/promises';
import { saveBackup } from '../../db/backup/save.ts';
import { type Command, OK, onlyWords, readWords, UsageError } from './command.ts';
import { DATABASE_OPTIONS, DATABASE_USAGE, tell, visit } from './database.ts';
import { makeProgress } from './progress.ts';

export const backup: Command = {
  usage: `Usage: npm run comptoir -- backup FILE [options]

Saves every table in one consistent snapshot, whatever is written meanwhile, as gzip. The checksum that it prints is of
the data alone: the same data gives the same one. Keep the file like the database: customers' names are in it.

  --force         replaces FILE where it is there already
${DATABASE_USAGE}`,
  async run(words, terminal) {
    const { values, positionals } = readWords(words, { ...DATABASE_OPTIONS, force: { type: 'boolean' } });
    const [file = ''] = onlyWords(positionals, 'FILE');
    const there = await stat(file).catch(() => null);
    // A backup takes the name's place: of a directory it cannot, and of a device it must not.
    if (there !== null && !there.isFile()) throw new UsageError(`${file} is no file: name one.`);
    if (there !== null && values.force !== true)
      throw new UsageError(`${file} is there already; --force replaces it.`);
    const progress = makeProgress(terminal.errorOutput);
    return visit(values, 'together', terminal, async ({ url, where }, signal) => {
      const onRows = (_table: string, rows: number) => progress.show('Saving', rows, null, 'rows');
      const saved = await saveBackup({ url, file, now: new Date(), onRows, signal }).finally(progress.stop);
      tell(`Saved ${where} in ${file}`, saved, values, terminal);
      return OK;
    });
  },
};
