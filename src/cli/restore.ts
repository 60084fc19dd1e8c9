// `comptoir restore`: the words around db/backup, which does it.
import { stat } from 'node:fs/promises';
import { checkBackup } from '../../db/backup/check.ts';
import { loadBackup } from '../../db/backup/load.ts';
import { type Command, OK, onlyWords, readWords, UsageError } from './command.ts';
import { DATABASE_OPTIONS, DATABASE_USAGE, tell, told, visit } from './database.ts';
import { makeProgress } from './progress.ts';

export const restore: Command = {
  usage: `Usage: npm run comptoir -- restore FILE [options]

Reads and checks the whole file first, then restores it in one transaction: all of it, or nothing. Stop Comptoir
meanwhile. Cursors of the feed from before are refused afterwards (410), and their readers take a snapshot.

  --replace       throws away what is in the database, a demo too
  --check         checks the file only
${DATABASE_USAGE}`,
  async run(words, terminal) {
    const { values, positionals } = readWords(words, {
      ...DATABASE_OPTIONS,
      replace: { type: 'boolean' },
      check: { type: 'boolean' },
    });
    const [file = ''] = onlyWords(positionals, 'FILE');
    if (!(await stat(file).catch(() => null))?.isFile()) throw new UsageError(`There is no file ${file}.`);
    const { show: onProgress, stop } = makeProgress(terminal.errorOutput);
    // Judged before a database is even started: a bad file leaves nothing behind.
    const checked = await told(checkBackup(file, onProgress, new AbortController().signal).finally(stop));
    if (values.check === true) {
      tell(`${file} is whole`, checked, values, terminal);
      return OK;
    }
    return visit(values, 'alone', terminal, async ({ url, where }, signal) => {
      const replace = values.replace === true;
      const loaded = await loadBackup({ url, file, checked, replace, onProgress, signal }).finally(stop);
      tell(`Restored ${file} into ${where}`, loaded, values, terminal);
      return OK;
    });
  },
};
