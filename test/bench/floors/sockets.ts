// A bare Socket.IO server: rooms and broadcasts as its documentation has them, nothing else.
import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { Server } from 'socket.io';

export type Sockets = {
  url: string;
  /** To everybody. */
  broadcast(envelopes: readonly object[]): void;
  /** To one room each, so many a second, each after what is to be done before; answers when each was sent, by its id, on the monotonic clock. */
  emitEvenly(
    envelopes: readonly Envelope[],
    perSecond: number,
    before?: (envelope: Envelope) => Promise<void>,
  ): Promise<[id: string, at: number][]>;
};

export type Envelope = { id: string; location: string };

export async function openSockets(): Promise<Sockets> {
  const server = createServer();
  const live = new Server(server, { serveClient: false }).of('/live');
  live.on('connection', (socket) => {
    socket.on(
      'subscribe',
      ({ locations = [] }: { locations?: string[] }, acknowledge: (answer: object) => void) => {
        void socket.join(locations);
        acknowledge({ ok: true });
      },
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    broadcast(envelopes) {
      for (const envelope of envelopes) live.emit('event', envelope);
    },
    async emitEvenly(envelopes, perSecond, before) {
      const sent: [string, number][] = [];
      const startedAt = performance.now();
      for (const [n, envelope] of envelopes.entries()) {
        const early = startedAt + (n * 1_000) / perSecond - performance.now();
        if (early > 0) await delay(early);
        await before?.(envelope);
        sent.push([envelope.id, monotonicMilliseconds()]);
        live.to(envelope.location).emit('event', envelope);
      }
      return sent;
    },
  };
}

/** One clock for all processes of a machine. */
export function monotonicMilliseconds(): number {
  return Number(process.hrtime.bigint() / 1_000n) / 1_000;
}
