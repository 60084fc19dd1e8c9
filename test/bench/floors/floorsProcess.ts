// The process of the floors: what node:http and Express do by themselves, on the machine of the moment.
import { createServer, type RequestListener, type Server } from 'node:http';
import express, { type Express } from 'express';
import { answerParent } from '../child.ts';
import { reservationBody } from '../reservationBody.ts';
import type { FloorContract } from './floors.ts';

const texts = new Map<string, string>();
const values = new Map<string, unknown>();

const contract: FloorContract = {
  async start() {
    const tuned = express().disable('etag').disable('x-powered-by');
    return {
      http: await listen(constants),
      express: await listen(floor(express())),
      tuned: await listen(constantsOf(tuned)),
    };
  },
  async answerWith({ name, body }) {
    texts.set(name, body);
    values.set(name, JSON.parse(body));
  },
};

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
