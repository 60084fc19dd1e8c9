// The process of the floors: what node:http and Express do by themselves, on the machine of the moment.
import { randomUUID } from 'node:crypto';
import { createServer, type RequestListener, type Server } from 'node:http';
import express, { type Express } from 'express';
import pg from 'pg';
import { answerParent } from '../child.ts';
import { NAIVE_CONNECTIONS, naiveApp, reserveNaively } from '../naive.ts';
import { type ReservationBody, reservationBody } from '../reservationBody.ts';
import type { FloorContract } from './floors.ts';
import { type Envelope, openSockets } from './sockets.ts';

const texts = new Map<string, string>();
const values = new Map<string, unknown>();
const sockets = openSockets();

const contract: FloorContract = {
  async start() {
    const tuned = express().disable('etag').disable('x-powered-by');
    return {
      http: await listen(constants),
      express: await listen(floor(express())),
      tuned: await listen(constantsOf(tuned)),
      sockets: (await sockets).url,
    };
  },
  async answerWith({ name, body }) {
    texts.set(name, body);
    values.set(name, JSON.parse(body));
  },
  broadcast: async ({ envelopes }) => (await sockets).broadcast(envelopes),
  emitEvenly: async ({ envelopes, perSecond }) => (await sockets).emitEvenly(envelopes, perSecond),
  async writeEvenly({ databaseUrl, envelopes, perSecond }) {
    const pool = poolOf(databaseUrl);
    const text = 'INSERT INTO bare_changes (id, data) VALUES ($1, $2)';
    const write = async (envelope: Envelope) => {
      await pool.query({ name: 'bare.write', text, values: [envelope.id, JSON.stringify(envelope)] });
    };
    await (await sockets).emitEvenly(envelopes, perSecond, write);
  },
  startNaive: ({ databaseUrl }) => listen(naiveApp(poolOf(databaseUrl))),
  async runBare({ databaseUrl, what, bodies, callers, seconds }) {
    const pool = poolOf(databaseUrl);
    let operations = 0;
    const startedAt = performance.now();
    const until = startedAt + seconds * 1_000;
    const call = async () => {
      for (; performance.now() < until; operations++) {
        const body = bodies[Math.floor(Math.random() * bodies.length)];
        if (body === undefined) throw new Error('nothing to ask for');
        await (what === 'reserve' ? reserveNaively(pool, body, randomUUID()) : selectLevel(pool, body));
      }
    };
    await Promise.all(Array.from({ length: callers }, call));
    return { operations, seconds: (performance.now() - startedAt) / 1_000 };
  },
};

/** One for each database, for as long as the process lives. */
const pools = new Map<string, pg.Pool>();

function poolOf(url: string): pg.Pool {
  const pool =
    pools.get(url) ?? new pg.Pool({ connectionString: url, max: NAIVE_CONNECTIONS, options: '-c jit=off' });
  pools.set(url, pool);
  pool.removeAllListeners('error');
  pool.on('error', () => {});
  return pool;
}

async function selectLevel(pool: pg.Pool, { location, lines }: ReservationBody): Promise<void> {
  const text = `SELECT on_hand, reserved, buffer FROM levels
    WHERE item_id = (SELECT id FROM items WHERE sku = $1) AND location_id = (SELECT id FROM locations WHERE code = $2)`;
  await pool.query({ name: 'bare.select', text, values: [lines[0]?.sku, location] });
}

const constants: RequestListener = (request, response) => {
  end(response, texts.get(request.url?.slice('/constant/'.length) ?? '') ?? '');
};

function constantsOf(app: Express): Express {
  return app.get('/constant/:name', (request, response) => {
    end(response, texts.get(request.params.name) ?? '');
  });
}

function floor(app: Express): Express {
  app.get('/constant/:name', (request, response) => {
    response.json(values.get(request.params.name));
  });
  app.post('/echo', express.json(), (request, response) => {
    response.json(reservationBody.parse(request.body));
  });
  return app;
}

function end(response: Parameters<RequestListener>[1], text: string): void {
  response.writeHead(200, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(text),
  });
  response.end(text);
}

function listen(listener: RequestListener): Promise<string> {
  const server: Server = createServer(listener);
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      resolve(`http://127.0.0.1:${port}`);
    });
  });
}

answerParent(contract);
