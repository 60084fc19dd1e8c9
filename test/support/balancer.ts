// A plain TCP balancer: each new connection goes to the next process in turn. Knows nothing of what passes, keeps nobody
// on one process, and is told which processes are there.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export type Balancer = {
  url: string;
  /** From now on these, in this order, the first one first; connections to any other are cut. */
  use(urls: readonly string[]): void;
  close(): Promise<void>;
};

export async function startBalancer(): Promise<Balancer> {
  let targets: readonly string[] = [];
  let next = 0;
  /** Each open connection, and how to cut it. */
  const open = new Map<Socket, { target: string | undefined; cut(): void }>();
  const server = createServer({ noDelay: true }, (client) => {
    const target = targets[next++ % targets.length];
    const { hostname, port } = new URL(target ?? 'http://127.0.0.1:1');
    const upstream = connect({ host: hostname, port: Number(port), noDelay: true });
    const cut = () => {
      open.delete(client);
      client.destroy();
      upstream.destroy();
    };
    open.set(client, { target, cut });
    for (const socket of [client, upstream]) socket.on('error', cut).on('close', cut);
    client.pipe(upstream).pipe(client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    // It listens on TCP: its address is no path.
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    use(urls) {
      targets = urls;
      next = 0;
      for (const { target = '', cut } of [...open.values()]) if (!urls.includes(target)) cut();
    },
    async close() {
      for (const { cut } of [...open.values()]) cut();
      server.close();
      await once(server, 'close');
    },
  };
}
