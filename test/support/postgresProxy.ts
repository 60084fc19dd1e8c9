// A wire to PostgreSQL that a test can cut: at a statement, before or after it was run; for everybody; or so that nothing
// is heard any more. Knows of the protocol only that a statement's name or text is in what is sent.

import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export type PostgresProxy = {
  /** The database through the wire. */
  url: string;
  /** Asked for each `atStatement`: whether it passes, never arrives, or is run and its answer is lost. */
  fate: () => 'pass' | 'drop' | 'lose';
  /** COMMIT unless said otherwise. */
  atStatement: string;
  /** New connections are refused and those that are open end; false: all is well again. */
  refuse(refusing: boolean): void;
  /** Nothing passes any more, and nobody is told; false: all is well again. */
  mute(muted: boolean): void;
  /** Connections asked for so far. */
  attempts(): number;
  close(): Promise<void>;
};

/** The protocol's ReadyForQuery, without the state that it ends with. */
const READY_FOR_QUERY = Buffer.from([0x5a, 0, 0, 0, 5]);

export async function startPostgresProxy(databaseUrl: string): Promise<PostgresProxy> {
  const target = new URL(databaseUrl);
  const open = new Set<Socket>();
  let refusing = false;
  let muted = false;
  let attempts = 0;

  const server = createServer((client) => {
    attempts += 1;
    if (refusing) {
      client.destroy();
      return;
    }
    const upstream = connect(Number(target.port), target.hostname);
    let answerIsLost = false;
    const cut = () => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.setNoDelay(true);
      socket.on('error', cut);
      socket.on('close', () => {
        open.delete(socket);
        cut();
      });
    }
    client.on('data', (data) => {
      if (muted) return;
      const fate = data.includes(proxy.atStatement) ? proxy.fate() : 'pass';
      if (fate === 'drop') return cut();
      answerIsLost = fate === 'lose';
      upstream.write(data);
    });
    upstream.on('data', (data) => {
      if (muted) return;
      if (!answerIsLost) client.write(data);
      // An answer that comes in pieces ends with this one: what was asked for is done.
      else if (data.includes(READY_FOR_QUERY)) cut();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String(address.port);

  const cutAll = () => {
    for (const socket of open) socket.destroy();
  };
  const proxy: PostgresProxy = {
    url: url.href,
    fate: () => 'pass',
    atStatement: 'COMMIT\0',
    refuse(now) {
      refusing = now;
      if (now) cutAll();
    },
    mute(now) {
      muted = now;
      if (!now) cutAll();
    },
    attempts: () => attempts,
    async close() {
      cutAll();
      server.close();
      await once(server, 'close');
    },
  };
  return proxy;
}
