// Words of the put-back list.
import type { Texts } from '../texts.ts';

export const fr = {
  'putBack.title': 'À ranger',
  'putBack.explain':
    'Scannez ou touchez chaque article en le remettant en rayon. Il redevient vendable quand sa commande est rangée.',
  'putBack.empty': 'Rien à ranger. Toutes les étagères sont à jour.',
  'putBack.from': 'Sur l’étagère {shelf}',
  'putBack.noShelf': 'Étagère inconnue',
  'putBack.aisle': 'Allée {aisle}',
  'putBack.noAisle': 'Allée inconnue',
  'putBack.progress': 'Rangé : {done} sur {units}',
  'putBack.one': 'Ranger un : {name}',
  'putBack.undo': 'Un de moins : {name}',
  'putBack.oneShort': 'Ranger',
  'putBack.finish': 'Terminer le rangement',
  'putBack.left.one': 'Encore {n} article à ranger',
  'putBack.left.other': 'Encore {n} articles à ranger',
  'putBack.done': 'Commande rangée : ses articles sont de nouveau vendables.',
  'putBack.kept': 'Commande rangée. Gardé ici : ses articles seront vendables au retour du réseau.',
  'putBack.scanned': '{name} : {done} sur {units}',
  'putBack.already': '{name} est déjà rangé.',
  'putBack.unknown': 'Rien à ranger avec ce code : {code}',
  'putBack.refused': 'Refusés au comptoir',
  'putBack.since': 'depuis {time}',
};

export const en: Texts<typeof fr> = {
  'putBack.title': 'Put back',
  'putBack.explain':
    'Scan or tap each item as you put it back on its shelf. It can be sold again once its order is put back.',
  'putBack.empty': 'Nothing to put back. All shelves are up to date.',
  'putBack.from': 'On shelf {shelf}',
  'putBack.noShelf': 'Shelf unknown',
  'putBack.aisle': 'Aisle {aisle}',
  'putBack.noAisle': 'Aisle unknown',
  'putBack.progress': 'Put back: {done} of {units}',
  'putBack.one': 'Put back one: {name}',
  'putBack.undo': 'One less: {name}',
  'putBack.oneShort': 'Put back',
  'putBack.finish': 'Finish the put-back',
  'putBack.left.one': '{n} item still to put back',
  'putBack.left.other': '{n} items still to put back',
  'putBack.done': 'Order put back: its items can be sold again.',
  'putBack.kept': 'Order put back. Kept here: its items can be sold when the network is back.',
  'putBack.scanned': '{name}: {done} of {units}',
  'putBack.already': '{name} is put back already.',
  'putBack.unknown': 'Nothing to put back with this code: {code}',
  'putBack.refused': 'Refused at the counter',
  'putBack.since': 'for {time}',
};
