// Gives a level the buffer that the rules of now say: after a change of rules, tunings or categories, and while a source
// of its location is silent. Takes no unit from anybody: what is reserved stays reserved.
import type { StockOperation } from './writer/operation.ts';

export type ApplyBuffers = {
  sku: string;
  location: string;
  /** Units that may have been sold in silence; null: as they are. */
  silenceBuffer: number | null;
  /** Otherwise nothing changes. Looked at under the lock: whoever asks may have looked before the silence came or went. */
  onlyWhile?: 'silent' | 'heard';
};

/** True where the level changed; one that does not is not written, and nobody is told. Refuses with unknown-item, unknown-location. */
export const applyBuffers: StockOperation<ApplyBuffers, boolean> = {
  name: 'applyBuffers',

  needs: ({ sku, location, onlyWhile }) => ({
    levels: [{ sku, location }],
    staleness: onlyWhile !== undefined,
  }),

  decide(batch, { sku, location, silenceBuffer, onlyWhile }) {
    const level = batch.findLevel(batch.item(sku), batch.location(location));
    if (level !== null && onlyWhile !== undefined) {
      if (batch.isStale(level.locationId) !== (onlyWhile === 'silent')) return false;
    }
    return level !== null && batch.applyBuffer(level, silenceBuffer ?? level.silenceBuffer);
  },
};
