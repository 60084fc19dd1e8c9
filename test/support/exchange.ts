// One request over an agent's connections, for tests in which connections break: that is an answer too, and no error.
import { type Agent, type IncomingHttpHeaders, request } from 'node:http';

export type Exchanged = { status: number; headers: IncomingHttpHeaders; body: string };

export type Asked = {
  agent: Agent;
  token: string;
  method?: string;
  headers?: Record<string, string>;
  /** As JSON. */
  body?: unknown;
};

/** Null: the connection broke, or the process is on its way out (503). Whoever asked may ask again. */
export function exchange(
  url: string,
  { token, body, headers, ...options }: Asked,
): Promise<Exchanged | null> {
  const text = body === undefined ? '' : JSON.stringify(body);
  const all = {
    Authorization: `Bearer ${token}`,
    'Content-Length': Buffer.byteLength(text),
    ...(text !== '' && { 'Content-Type': 'application/json' }),
    ...headers,
  };
  return new Promise((resolve) => {
    const broken = () => resolve(null);
    const sent = request(url, { ...options, headers: all }, (answer) => {
      const { statusCode: status = 0 } = answer;
      let told = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk: string) => {
        told += chunk;
      });
      answer.on('error', broken);
      answer.on('end', () =>
        resolve(status === 503 ? null : { status, headers: answer.headers, body: told }),
      );
    });
    sent.on('error', broken);
    sent.end(text);
  });
}
