// About the process: health, metrics, the catalogue of problems. Open on the port, as probes and scrapers expect;
// nothing here is about a customer, a key or an item.
import { z } from 'zod';
import { PROBLEMS, Problem } from '../../domain/problem.ts';
import { route } from '../route.ts';

const aliveSchema = z.object({ status: z.literal('alive') });
const readySchema = z.object({ status: z.literal('ready') });

const live = route({
  method: 'GET',
  path: '/health/live',
  operationId: 'getLiveness',
  summary: 'Whether the process runs',
  description: 'For a probe that restarts what hangs. It does not ask the database.',
  tag: 'Process',
  scopes: 'public',
  cost: 0,
  responses: { 200: { description: 'It runs.', schema: aliveSchema } },
  problems: [],
  handler: async () => ({ status: 200, body: { status: 'alive' } }),
});

const ready = route({
  method: 'GET',
  path: '/health/ready',
  operationId: 'getReadiness',
  summary: 'Whether the process can serve',
  description:
    'For a load balancer. 503 while the process starts or shuts down, and while the database is away; `detail` says which.',
  tag: 'Process',
  scopes: 'public',
  cost: 0,
  responses: { 200: { description: 'It can serve.', schema: readySchema } },
  problems: [],
  handler: async (_call, { health }) => {
    const reason = await health.unreadiness();
    if (reason !== null) throw new Problem('unavailable', reason);
    return { status: 200, body: { status: 'ready' } };
  },
});

const metrics = route({
  method: 'GET',
  path: '/metrics',
  operationId: 'getMetrics',
  summary: 'Metrics for Prometheus',
  description: 'Durations, queues, lag and the process itself, in the text format. No personal data.',
  tag: 'Process',
  scopes: 'public',
  cost: 0,
  responses: { 200: { description: 'The metrics.', schema: z.string(), contentType: 'text/plain' } },
  problems: [],
  handler: async (_call, deps) => ({
    status: 200,
    text: await deps.metrics.registry.metrics(),
    headers: { 'Content-Type': deps.metrics.registry.contentType },
  }),
});

const problemKindSchema = z
  .object({
    type: z.string(),
    code: z.string(),
    status: z.int(),
    title: z.string(),
  })
  .meta({ id: 'ProblemKind' });

const catalogue = Object.entries(PROBLEMS).map(([code, [status, title]]) => ({
  type: `/problems/${code}`,
  code,
  status,
  title,
}));

const listProblems = route({
  method: 'GET',
  path: '/problems',
  operationId: 'listProblems',
  summary: 'Every problem there is',
  description: 'The codes that a program may meet, with their status. Codes are never reused.',
  tag: 'Process',
  scopes: 'public',
  responses: {
    200: { description: 'The catalogue.', schema: z.object({ data: z.array(problemKindSchema) }) },
  },
  problems: [],
  handler: async () => ({ status: 200, body: { data: catalogue } }),
});

const getProblem = route({
  method: 'GET',
  path: '/problems/{code}',
  operationId: 'getProblem',
  summary: 'One kind of problem',
  description: 'What the `type` of a problem leads to.',
  tag: 'Process',
  scopes: 'public',
  params: z.strictObject({
    code: z
      .string()
      .max(100)
      .meta({ examples: ['insufficient-stock'] }),
  }),
  responses: { 200: { description: 'The kind of problem.', schema: problemKindSchema } },
  problems: ['not-found'],
  examples: { stock: { summary: 'Not enough stock', params: { code: 'insufficient-stock' } } },
  handler: async ({ params }) => {
    const kind = catalogue.find(({ code }) => code === params.code);
    if (kind === undefined) throw new Problem('not-found', 'There is no such code in the catalogue.');
    return { status: 200, body: kind };
  },
});

export const processRoutes = [live, ready, metrics, listProblems, getProblem];
