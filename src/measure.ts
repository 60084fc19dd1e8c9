// Which numbers of the rooms Prometheus gets, under which names. Reads only, when somebody asks for the metrics.
import type { Feed } from './feed/reader.ts';
import type { Deps } from './http/deps.ts';
import type { Webhooks } from './jobs/webhooks/runner.ts';
import type { Metrics } from './metrics.ts';
import type { Live } from './realtime/live.ts';

export function measure({ metrics, database, stock, fileStock, availability }: Deps, feed: Feed): void {
  const { gauge } = metrics;
  gauge('comptoir_database_connections', 'Connections to PostgreSQL.', () => database.usage().total);
  gauge('comptoir_database_connections_idle', 'Of these, idle.', () => database.usage().idle);
  gauge('comptoir_database_waiting', 'Callers that wait for a connection.', () => database.usage().waiting);
  gauge(
    'comptoir_stock_commands_waiting',
    'Commands that wait for a batch.',
    () => stock.waiting() + fileStock.waiting(),
  );
  gauge('comptoir_feed_lag_seconds', 'For how long an event may have waited.', () => feed.lagSeconds());
  gauge(
    'comptoir_feed_events',
    'Events that the feed handed out since the start.',
    () => feed.counts().events,
  );
  gauge('comptoir_feed_failures', 'Polls that failed since the start.', () => feed.counts().failures);
  gauge('comptoir_feed_resets', 'Times that events were missed for good.', () => feed.counts().resets);
  gauge('comptoir_feed_consumer_errors', 'Times that a consumer failed.', () => feed.counts().consumerErrors);
  gauge('comptoir_availability_items', 'Items whose levels are in memory.', () => availability.usage().items);
  gauge('comptoir_availability_levels', 'Levels in memory.', () => availability.usage().levels);
}

export function measureLive({ gauge }: Metrics, live: Live): void {
  gauge('comptoir_sockets', 'Clients on /live.', () => live.counts().sockets);
  gauge('comptoir_sockets_emitted', 'Events sent to clients since the start.', () => live.counts().emitted);
  gauge('comptoir_sockets_fell_behind', 'Times that a client was too slow.', () => live.counts().fellBehind);
}

export function measureWebhooks({ gauge }: Metrics, webhooks: Webhooks): void {
  gauge('comptoir_webhooks_held', 'Webhooks that this process sends for.', () => webhooks.counts().held);
  gauge('comptoir_webhook_requests_open', 'Requests to webhooks now.', () => webhooks.counts().inFlight);
  gauge(
    'comptoir_webhook_oldest_undelivered_seconds',
    'For how long the oldest event waits that a webhook of this process has not been delivered; 0 when none does.',
    () => webhooks.counts().oldestSeconds,
  );
  gauge(
    'comptoir_webhooks_failing',
    'Enabled webhooks to which nothing gets through.',
    () => webhooks.counts().failing,
  );
  gauge('comptoir_webhooks_disabled', 'Webhooks that are disabled.', () => webhooks.counts().disabled);
}
