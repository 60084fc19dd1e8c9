// Words of batch picking: several orders in one walk.
import type { Texts } from '../texts.ts';

export const fr = {
  'batch.title': 'Tournée',
  'batch.choose': 'Choisissez les commandes à préparer en une seule tournée.',
  'batch.none': 'Aucune nouvelle commande à réunir.',
  'batch.max': '{n} commandes au plus.',
  'batch.suggest': 'Les plus urgentes',
  'batch.start.one': 'Commencer ({n} commande)',
  'batch.start.other': 'Commencer ({n} commandes)',
  'batch.bag': 'Sac {letter}',
  'batch.bags': 'Sacs',
  'batch.into': 'Dans le sac {letter}',
  'batch.stops': 'Articles de la tournée',
  'batch.found': 'Trouvé : sac {letter}',
  'batch.missing': 'Manquant : sac {letter}',
  'batch.wanted.one': '{n} à prendre',
  'batch.wanted.other': '{n} à prendre',
  'batch.done': 'Pris',
  'batch.stage': 'Poser le sac {letter}',
  'batch.allDone': 'La tournée est finie.',
};

export const en: Texts<typeof fr> = {
  'batch.title': 'Batch',
  'batch.choose': 'Choose the orders to pick in one walk.',
  'batch.none': 'No new orders to put together.',
  'batch.max': '{n} orders at most.',
  'batch.suggest': 'The most urgent',
  'batch.start.one': 'Start ({n} order)',
  'batch.start.other': 'Start ({n} orders)',
  'batch.bag': 'Bag {letter}',
  'batch.bags': 'Bags',
  'batch.into': 'Into bag {letter}',
  'batch.stops': 'Items of the walk',
  'batch.found': 'Found: bag {letter}',
  'batch.missing': 'Missing: bag {letter}',
  'batch.wanted.one': '{n} to take',
  'batch.wanted.other': '{n} to take',
  'batch.done': 'Taken',
  'batch.stage': 'Put bag {letter} down',
  'batch.allDone': 'The walk is over.',
};
