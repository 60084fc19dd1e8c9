// Draws requests from the OpenAPI document: half of them whole, by its examples; the others by its examples or schemas,
// and spoilt in one place or left alone.
// Knows JSON Schema as far as our document uses it; no route by name.
import fc from 'fast-check';

export type Schema = {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  minItems?: number;
  maxItems?: number;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  format?: string;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  examples?: unknown[];
  additionalProperties?: Schema | boolean;
};

type Parameter = { name: string; in: 'path' | 'query' | 'header'; required?: boolean; schema?: Schema };
type Content = { schema?: Schema; examples?: Record<string, { value: unknown }> };
type Operation = {
  operationId: string;
  parameters?: Parameter[];
  requestBody?: { content: Record<string, Content> };
};
export type Document = {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
};

export type DrawnRequest = {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string | undefined;
  /** Nothing about it is wrong, as far as the document goes. */
  isWhole: boolean;
};

/** What exists where the requests are sent, so that many get past the first check. By property or parameter. */
export type Known = {
  parameters: Readonly<Record<string, readonly string[]>>;
  body: Readonly<Record<string, readonly unknown[]>>;
};

/** What no field asks for. */
const HOSTILE: readonly unknown[] = [
  null,
  true,
  -1,
  0,
  0.5,
  1e308,
  -1e308,
  2 ** 31,
  2 ** 53,
  -(2 ** 63),
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\ud800',
  '\u202e',
  "'; DROP TABLE levels; --",
  '../../../etc/passwd',
  '%',
  '%00',
  'x'.repeat(300),
  'x'.repeat(70_000),
  '9'.repeat(400),
  '2026-02-30T25:61:61Z',
  '+292278994-08-17T07:12:55.807Z',
  'rsv_00000000000000000000000000',
  [],
  {},
  [[[[[[]]]]]],
  { constructor: { prototype: { polluted: true } } },
];

const SPOILT_BODIES = ['{"a":', '[1,2', 'null', '"text"', '\u0000', '{"a":1}{"a":2}', '', '1e999'];
const WRONG_TYPES = ['text/plain', 'application/xml', 'application/json; charset=latin1', 'x'];

/** One of the values in a tenth of the draws, else null: most requests should get further than the first check. */
function rarely<Value>(values: readonly Value[]): fc.Arbitrary<Value | null> {
  return fc.oneof(
    { weight: 9, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.constantFrom(...values) },
  );
}

export function requestsOf(
  document: Document,
  known: Known,
): { name: string; whole: fc.Arbitrary<DrawnRequest>; requests: fc.Arbitrary<DrawnRequest> }[] {
  return Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations)
      .filter(([method]) => ['get', 'put', 'post', 'delete'].includes(method))
      .map(([method, operation]) => ({
        name: `${method.toUpperCase()} ${path}`,
        ...requestOf(document, known, path, method, operation),
      })),
  );
}

function requestOf(
  document: Document,
  known: Known,
  path: string,
  method: string,
  { parameters = [], requestBody }: Operation,
): { whole: fc.Arbitrary<DrawnRequest>; requests: fc.Arbitrary<DrawnRequest> } {
  const values = valuesOf(document, known.parameters);
  const [contentType = 'application/json', content] = Object.entries(requestBody?.content ?? {})[0] ?? [];
  const examples = Object.values(content?.examples ?? {}).map(({ value }) => value);
  const bodies = bodiesOf(valuesOf(document, known.body), content);
  const whole = fc.record({
    parameters: fc.tuple(...parameters.map((parameter) => wholeParameter(values, known, parameter))),
    body: examples.length === 0 ? bodies : fc.constantFrom(...examples.map((one) => placed(one, known.body))),
    spoiltBody: fc.constant(null),
    type: fc.constant(null),
    isWhole: fc.constant(true),
  });
  const others = fc.record({
    parameters: fc.tuple(...parameters.map((parameter) => drawParameter(values, parameter))),
    body: content === undefined ? bodies : spoilt(bodies),
    spoiltBody: rarely(SPOILT_BODIES),
    type: rarely(WRONG_TYPES),
    isWhole: fc.constant(false),
  });
  const made = ({ isWhole, ...drawn }: Drawn): DrawnRequest => {
    const sent = parameters.map((parameter, at) => ({ ...parameter, value: drawn.parameters[at] ?? null }));
    const text = drawn.body === undefined ? undefined : (drawn.spoiltBody ?? textOf(drawn.body, contentType));
    return {
      method: method.toUpperCase(),
      path: fillPath(path, sent) + queryOf(sent),
      headers: {
        ...headersOf(sent),
        ...(text === undefined ? {} : { 'Content-Type': drawn.type ?? contentType }),
      },
      body: text,
      isWhole,
    };
  };
  return { whole: whole.map(made), requests: fc.oneof(whole, others).map(made) };
}

type Drawn = {
  parameters: unknown[];
  body: unknown;
  spoiltBody: string | null;
  type: string | null;
  isWhole: boolean;
};

function textOf(body: unknown, contentType: string): string {
  return typeof body === 'string' && contentType !== 'application/json' ? body : JSON.stringify(body);
}

/** By the examples as often as by the schema: few of what a schema allows make sense together. */
function bodiesOf(values: Values, { schema, examples = {} }: Content = {}): fc.Arbitrary<unknown> {
  if (schema === undefined) return fc.constant(undefined);
  const drawn = values('', schema);
  const given = Object.values(examples).map(({ value }) => value);
  return given.length === 0 ? drawn : fc.oneof(drawn, fc.constantFrom(...given));
}

function isInstant(value: unknown): boolean {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value);
}

/** An example, about what exists here: the second of several about the second that there is. */
function placed(example: unknown, known: Known['body'], nth = 0): unknown {
  if (Array.isArray(example)) return example.map((one, place) => placed(one, known, place));
  if (typeof example !== 'object' || example === null) return example;
  return Object.fromEntries(
    Object.entries(example).map(([name, value]) => {
      const mine = isInstant(value) ? undefined : known[name]?.[nth];
      return [
        name,
        mine !== undefined && typeof mine === typeof value ? mine : placed(value, known, nth + 1),
      ];
    }),
  );
}

type Sent = { name: string; in: string; value: unknown };

function fillPath(path: string, sent: readonly Sent[]): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = sent.find((one) => one.in === 'path' && one.name === name)?.value;
    return encode(asText(value ?? 'x')) || '%20';
  });
}

function queryOf(sent: readonly Sent[]): string {
  const pairs = sent
    .filter((one) => one.in === 'query' && one.value !== null)
    .map(({ name, value }) => `${name}=${encode(asText(value))}`);
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

/** Headers carry bytes: what a client library would refuse to send cannot reach us. */
function headersOf(sent: readonly Sent[]): Record<string, string> {
  return Object.fromEntries(
    sent
      .filter((one) => one.in === 'header' && one.value !== null)
      .map(({ name, value }) => [
        name,
        asText(value)
          .replace(/[^\x21-\x7e]/g, '')
          .slice(0, 4_000),
      ]),
  );
}

/** URLs longer than Node accepts are another test's. */
function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed().slice(0, 2_000)).replaceAll(
    '%25',
    Math.abs(text.length) % 2 ? '%' : '%25',
  );
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

function drawParameter(values: Values, { name, schema = {}, required }: Parameter): fc.Arbitrary<unknown> {
  // A long poll that waits is no bad input: it would only make the test slow.
  if (name === 'wait') return fc.constantFrom('0', '-1', 'x');
  // A key of its own for each request, or else all but the first would be repetitions.
  const own = name === 'Idempotency-Key' ? fc.uuid() : values(name, schema);
  const drawn = fc.oneof(
    { weight: 9, arbitrary: own },
    { weight: 1, arbitrary: fc.constantFrom(...HOSTILE) },
  );
  if (required) return drawn;
  const absent = GUARDS.has(name) ? 19 : 1;
  return fc.oneof({ weight: 1, arbitrary: drawn }, { weight: absent, arbitrary: fc.constant(null) });
}

function wholeParameter(
  values: Values,
  { parameters }: Known,
  { name, schema = {}, required }: Parameter,
): fc.Arbitrary<unknown> {
  if (name === 'Idempotency-Key') return fc.uuid();
  const [mine] = parameters[name] ?? [];
  if (!required) return fc.constant(null);
  return mine === undefined ? values(name, schema) : fc.constant(mine);
}

/** Parameters that nothing drawn can get right: most requests do without. */
const GUARDS = new Set(['If-Match', 'If-None-Match', 'cursor', 'after', 'Idempotency-Key']);

type Values = (name: string, schema: Schema) => fc.Arbitrary<unknown>;

function valuesOf(document: Document, known: Known['body']): Values {
  return function values(name, schema): fc.Arbitrary<unknown> {
    const names = known[name];
    const isName = schema.type !== 'array' && schema.format !== 'date-time';
    if (names !== undefined && isName) return fc.constantFrom(...names);
    if (schema.$ref !== undefined) {
      const target = document.components.schemas[schema.$ref.split('/').at(-1) ?? ''];
      return values(name, target ?? {});
    }
    if (schema.const !== undefined) return fc.constant(schema.const);
    if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
    const several = schema.anyOf ?? schema.oneOf ?? schema.allOf;
    if (several !== undefined) return fc.oneof(...several.map((one) => values(name, one)));
    if (schema.examples !== undefined) return fc.constantFrom(...schema.examples);
    return drawType(
      values,
      Array.isArray(schema.type) ? (schema.type[0] ?? 'null') : (schema.type ?? 'null'),
      schema,
    );
  };
}

function drawType(values: Values, type: string, schema: Schema): fc.Arbitrary<unknown> {
  switch (type) {
    case 'object':
      return drawObject(values, schema);
    case 'array':
      return fc.array(values('', schema.items ?? {}), { minLength: schema.minItems ?? 0, maxLength: 3 });
    case 'integer':
    case 'number':
      return drawNumber(schema);
    case 'boolean':
      return fc.boolean();
    case 'string':
      return drawString(schema);
    default:
      return fc.constant(null);
  }
}

function drawNumber({ minimum = 1, maximum = 1_000 }: Schema): fc.Arbitrary<unknown> {
  return fc.constantFrom(minimum, Math.max(minimum, 1), Math.max(minimum, 2), maximum);
}

function drawString({ format, pattern, minLength = 0, maxLength = 40 }: Schema): fc.Arbitrary<unknown> {
  if (format === 'date-time') return fc.constantFrom('2026-01-05T09:00:00Z', '2020-02-29T23:59:59.999+02:00');
  if (format === 'date') return fc.constant('2026-12-25');
  if (format === 'email') return fc.constant('someone@example.com');
  if (format === 'uri') return fc.constant('https://shop.example/');
  // Formats beyond these have patterns too, with look-aheads that cannot be drawn from.
  if (pattern !== undefined && !pattern.includes('(?')) return fc.stringMatching(new RegExp(pattern, 'u'));
  return fc.string({ minLength, maxLength: Math.min(maxLength, 40) });
}

function drawObject(values: Values, { properties = {}, required = [] }: Schema): fc.Arbitrary<unknown> {
  const fields = Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [name, values(name, schema)]),
  );
  const optional = Object.keys(fields).filter((name) => !required.includes(name));
  // Few of them: each is one more that may be refused.
  const left = fc.tuple(...optional.map(() => fc.nat(4)));
  return fc.tuple(fc.record(fields), left).map(([whole, dice]) => {
    const without = new Set(optional.filter((_, place) => dice[place] !== 0));
    return Object.fromEntries(Object.entries(whole).filter(([name]) => !without.has(name)));
  });
}

/** The value as it is, or with one place of it replaced, removed or added to. */
function spoilt(value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const how = fc.record({
    spoil: fc.nat(3),
    place: fc.nat(),
    by: fc.constantFrom(...HOSTILE),
  });
  return fc
    .tuple(value, how)
    .map(([whole, { spoil, place, by }]) => (spoil < 2 ? whole : spoilAt(whole, place, by)));
}

function spoilAt(whole: unknown, place: number, by: unknown): unknown {
  if (Array.isArray(whole) && whole.length > 0) {
    const at = place % whole.length;
    return whole.map((element, n) => (n === at ? spoilAt(element, place >> 2, by) : element));
  }
  if (typeof whole !== 'object' || whole === null || Array.isArray(whole)) return by;
  const names = Object.keys(whole);
  const at = place % (names.length + 1);
  if (at === names.length) return { ...whole, [place % 2 ? 'unheardOf' : '__proto__x']: by };
  const entries = Object.entries(whole).flatMap(([name, value], n) => {
    if (n !== at) return [[name, value]];
    return place % 7 === 0 ? [] : [[name, spoilAt(value, place >> 2, by)]];
  });
  return Object.fromEntries(entries);
}
