// Words of the queue.
import type { Texts } from '../texts.ts';

export const fr = {
  'queue.title': 'Commandes',
  'queue.new': 'Nouvelles',
  'queue.picking': 'En préparation',
  'queue.ready': 'Prêtes',
  'queue.late': 'En retard',
  'queue.putBack': 'À ranger',
  'queue.empty': 'Rien ici',
  'queue.emptyAll': 'Aucune commande. La prochaine sonnera.',
  'queue.customer': 'Client sans nom',
  'queue.start': 'Préparer',
  'queue.due': 'à {time}',
  'queue.left': 'encore {time}',
  'queue.overdue': '{time} de retard',
  'queue.by': 'par {name}',
  'queue.shelf': 'Étagère {shelf}',
};

export const en: Texts<typeof fr> = {
  'queue.title': 'Orders',
  'queue.new': 'New',
  'queue.picking': 'Picking',
  'queue.ready': 'Ready',
  'queue.late': 'Late',
  'queue.putBack': 'Put back',
  'queue.empty': 'Nothing here',
  'queue.emptyAll': 'No order. The next one will ring.',
  'queue.customer': 'Customer without a name',
  'queue.start': 'Pick',
  'queue.due': 'at {time}',
  'queue.left': '{time} left',
  'queue.overdue': '{time} late',
  'queue.by': 'by {name}',
  'queue.shelf': 'Shelf {shelf}',
};
