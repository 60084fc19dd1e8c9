// Every route: the one list that Express, the checks and the OpenAPI document are made from.
import type { AnyRoute } from '../route.ts';
import { availabilityRoutes } from './availability.ts';
import { bufferRoutes } from './buffers.ts';
import { counterRoutes } from './counter.ts';
import { countListRoutes } from './countList.ts';
import { deviceRoutes } from './devices.ts';
import { eventRoutes } from './events.ts';
import { factRoutes } from './facts.ts';
import { feedRoutes } from './feeds.ts';
import { importRoutes } from './imports.ts';
import { integrityRoutes } from './integrity.ts';
import { itemAvailabilityRoutes } from './itemAvailability.ts';
import { itemRoutes } from './items.ts';
import { keyRoutes } from './keys.ts';
import { locationRoutes } from './locations.ts';
import { openApiRoutes } from './openapi.ts';
import { ownDeviceRoutes } from './ownDevice.ts';
import { planRoutes } from './plans.ts';
import { preparationRoutes } from './preparation.ts';
import { processRoutes } from './process.ts';
import { reservationMoveRoutes } from './reservationMoves.ts';
import { reservationRoutes } from './reservations.ts';
import { shelfRoutes } from './shelves.ts';
import { sourceRoutes } from './sources.ts';
import { staffRoutes } from './staff.ts';
import { stockRoutes } from './stock.ts';
import { transferMoveRoutes } from './transferMoves.ts';
import { transferRoutes } from './transfers.ts';
import { webhookDeliveryRoutes } from './webhookDeliveries.ts';
import { webhookRoutes } from './webhooks.ts';

export const routes: readonly AnyRoute[] = [
  ...availabilityRoutes,
  ...itemAvailabilityRoutes,
  ...feedRoutes,
  ...planRoutes,
  ...reservationRoutes,
  ...reservationMoveRoutes,
  ...preparationRoutes,
  ...counterRoutes,
  ...factRoutes,
  ...sourceRoutes,
  ...stockRoutes,
  ...countListRoutes,
  ...transferRoutes,
  ...transferMoveRoutes,
  ...integrityRoutes,
  ...locationRoutes,
  ...shelfRoutes,
  ...itemRoutes,
  ...bufferRoutes,
  ...importRoutes,
  ...eventRoutes,
  ...webhookRoutes,
  ...webhookDeliveryRoutes,
  ...keyRoutes,
  ...deviceRoutes,
  ...ownDeviceRoutes,
  ...staffRoutes,
  ...openApiRoutes,
  ...processRoutes,
];
