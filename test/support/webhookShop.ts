// An app whose webhooks are sent, to receivers of the test's own. Owns no assertion.

import request from 'supertest';
import { startWebhooks, type Webhooks, type WebhooksOptions } from '../../src/jobs/webhooks/runner.ts';
import type { TestAppOptions } from './app.ts';
import { type Receiver, startReceiver } from './receivers.ts';
import { openShop, type Shop } from './shop.ts';

export type WebhookShop = Shop & {
  webhooks: Webhooks;
  /** A receiver and the webhook that is sent to it. */
  receiver(answer?: Receiver['answer'], options?: object): Promise<Receiver & { id: string }>;
  /** PUTs what a webhook is. */
  save(id: string, body: object): request.Test;
  /** Ends the sending and begins anew, as another process would. */
  restart(options?: Partial<WebhooksOptions>): Promise<void>;
  deliveries(id: string, query?: string): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
};

export async function openWebhookShop({
  job = {},
  ...options
}: TestAppOptions & { job?: Partial<WebhooksOptions> } = {}): Promise<WebhookShop> {
  const environment = { COMPTOIR_WEBHOOK_LOCAL: 'on', ...options.environment };
  const shop = await openShop({ ...options, environment });
  const receivers: Receiver[] = [];
  const start = (more: Partial<WebhooksOptions> = {}) =>
    startWebhooks({ ...shop.app.deps, allowsLocal: true, pollMilliseconds: 20, ...job, ...more });
  const opened: WebhookShop = {
    ...shop,
    webhooks: start(),
    async receiver(answer, body = {}) {
      const receiver = await startReceiver(answer);
      receivers.push(receiver);
      const made = await shop.post('/v1/webhooks', { url: receiver.url, ...body }).expect(201);
      receiver.secrets = [made.body.secret];
      return Object.assign(receiver, { id: made.body.id });
    },
    save: (id, body) =>
      request(shop.app.url)
        .put(`/v1/webhooks/${id}`)
        .set('Authorization', `Bearer ${shop.app.admin}`)
        .send(body),
    async restart(more) {
      await opened.webhooks.close();
      opened.webhooks = start(more);
    },
    async deliveries(id, query = '') {
      const { body } = await shop.get(`/v1/webhooks/${id}/deliveries?${query}`).expect(200);
      return body.data;
    },
    async close() {
      await opened.webhooks.close();
      await Promise.all(receivers.map((receiver) => receiver.close()));
      await shop.app.close();
    },
  };
  return opened;
}
