// What Prometheus reads: one registry an app, so that tests can make many. Knows names and units, not where they happen.
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

const REQUEST_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30];
const BATCH_COMMANDS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000];

export type HttpMetrics = {
  requestStarted(): void;
  /** `route` is a template such as `GET /v1/items/{sku}`: a bounded set. */
  requestEnded(route: string, status: number, seconds: number): void;
};

export type Metrics = HttpMetrics & {
  registry: Registry;
  /** A number that is read when somebody asks for the metrics. */
  gauge(name: string, help: string, read: () => number): void;
  counter(name: string, help: string): Counter;
  batchCommitted(commands: number, seconds: number): void;
  /** One try to send an event to a webhook. `outcome`: `delivered`, or why not: a closed list. */
  webhookTried(outcome: string, seconds: number): void;
};

/** `processMetrics`: memory, CPU, event loop, garbage collection; they observe the whole process, so once is enough. */
export function makeMetrics({ processMetrics }: { processMetrics: boolean }): Metrics {
  const registry = new Registry();
  if (processMetrics) collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: 'comptoir_http_request_seconds',
    help: 'Time from a request’s headers to the end of its answer, by route and status.',
    labelNames: ['route', 'status'],
    buckets: REQUEST_SECONDS,
    registers: [registry],
  });
  const batchCommands = new Histogram({
    name: 'comptoir_batch_commands',
    help: 'Commands that the stock writer committed together.',
    buckets: BATCH_COMMANDS,
    registers: [registry],
  });
  const batchSeconds = new Histogram({
    name: 'comptoir_batch_seconds',
    help: 'Time from a batch’s start to its COMMIT.',
    buckets: REQUEST_SECONDS,
    registers: [registry],
  });
  const webhookSeconds = new Histogram({
    name: 'comptoir_webhook_seconds',
    help: 'Time of a try to send an event to a webhook, by outcome.',
    labelNames: ['outcome'],
    buckets: REQUEST_SECONDS,
    registers: [registry],
  });
  let open = 0;
  new Gauge({
    name: 'comptoir_http_requests_open',
    help: 'Requests that are being answered, long polls included.',
    registers: [registry],
    collect() {
      this.set(open);
    },
  });
  // Bound once for each pair: looking labels up costs more than the observation.
  const bound = new Map<string, Histogram.Internal<'route' | 'status'>>();
  return {
    registry,
    requestStarted: () => {
      open += 1;
    },
    requestEnded(route, status, seconds) {
      open -= 1;
      const name = `${status} ${route}`;
      let child = bound.get(name);
      if (child === undefined) {
        child = requests.labels({ route, status });
        bound.set(name, child);
      }
      child.observe(seconds);
    },
    gauge(name, help, read) {
      new Gauge({
        name,
        help,
        registers: [registry],
        collect() {
          this.set(read());
        },
      });
    },
    counter: (name, help) => new Counter({ name, help, registers: [registry] }),
    webhookTried: (outcome, seconds) => webhookSeconds.observe({ outcome }, seconds),
    batchCommitted(commands, seconds) {
      batchCommands.observe(commands);
      batchSeconds.observe(seconds);
    },
  };
}
