// Owns the retailer's buffers: what its stores keep from the web.
// Must not know stock: nothing here touches the showcase.
import { EXAMPLE_BUFFERS } from '../../src/domain/exampleIds.ts';
import { exampleBuffers } from './examples.ts';
import type { DemoBuffer } from './retailer.ts';

export const buffers: readonly DemoBuffer[] = [
  // The sofa on the floor is for sitting on.
  { id: EXAMPLE_BUFFERS.read, location: null, category: 'canapes', way: { kind: 'quantity', quantity: 1 } },
  // Candles break, and are carried off.
  { id: EXAMPLE_BUFFERS.percent, location: null, category: 'bougies', way: { kind: 'percent', percent: 10 } },
  { id: EXAMPLE_BUFFERS.auto, location: 'FR-LYON-01', category: null, way: { kind: 'auto', percentMax: 15 } },
  ...exampleBuffers,
];
