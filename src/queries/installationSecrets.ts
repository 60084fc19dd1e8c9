// Secrets that all processes of one installation share. Made on first use, never changed, never shown.
import type { Tx } from './transaction.ts';

/** The secret of this name: `fresh` if there is none yet, else the one that some process made before. */
export async function installationSecret(tx: Tx, name: string, fresh: Buffer): Promise<Buffer> {
  const known = await findSecret(tx, name);
  if (known !== null) return known;
  // Whoever comes second changes nothing, and reads what the first one committed.
  await tx.run(
    'installation_secrets.insert',
    'INSERT INTO installation_secrets (name, secret) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING',
    [name, fresh],
  );
  const made = await findSecret(tx, name);
  if (made === null) throw new Error(`the installation's secret ${name} is not there after it was made`);
  return made;
}

async function findSecret(tx: Tx, name: string): Promise<Buffer | null> {
  const [row] = await tx.run<{ secret: Buffer }>(
    'installation_secrets.find',
    'SELECT secret FROM installation_secrets WHERE name = $1',
    [name],
  );
  return row?.secret ?? null;
}
