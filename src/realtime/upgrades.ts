// Connections that became WebSockets. They are no longer the HTTP server's to close, and a client that is gone does
// not answer a closing handshake: without this a shutdown would wait for its timeout.
import type { Server } from 'node:http';
import type { Duplex } from 'node:stream';

export type Upgrades = {
  /** Resolves when all have closed; those that have not after `milliseconds` are cut. */
  end(milliseconds: number): Promise<void>;
};

export function followUpgrades(server: Server): Upgrades {
  const open = new Set<Duplex>();
  server.on('upgrade', (_request, connection: Duplex) => {
    open.add(connection);
    connection.once('close', () => open.delete(connection));
  });
  return {
    async end(milliseconds) {
      const closed = [...open].map(
        (connection) => new Promise((resolve) => connection.once('close', resolve)),
      );
      const timer = setTimeout(() => {
        for (const connection of open) connection.destroy();
      }, milliseconds);
      await Promise.all(closed);
      clearTimeout(timer);
    },
  };
}
