// Words of the start, of pairing and of the settings.
import type { Texts } from '../texts.ts';

export const fr = {
  'start.nothingKept':
    'Cette tablette n’a pas pu ouvrir ce qu’elle garde. Fermez les autres fenêtres de Comptoir, quittez la navigation privée, libérez de la place, puis réessayez.',
  'pairing.title': 'Associer cette tablette',
  'pairing.explain':
    'Tapez le code à six chiffres donné par le siège, ou scannez son code QR. Il vaut dix minutes.',
  'pairing.code': 'Code à six chiffres',
  'pairing.pair': 'Associer',
  'pairing.busy': 'Association…',
  'pairing.wrong': 'Ce code est faux, déjà utilisé ou trop ancien. Demandez-en un autre.',
  'pairing.otherCode': 'Ce code QR n’est pas celui d’une tablette. Scannez celui du siège.',
  'pairing.limited': 'Trop d’essais. Attendez une minute.',
  'pairing.offline': 'Pas de réseau. La tablette doit être en ligne pour être associée.',
  'pairing.revoked': 'Cette tablette n’est plus associée.',
  'pairing.kept.one': '{n} action non envoyée est gardée ici.',
  'pairing.kept.other': '{n} actions non envoyées sont gardées ici.',
  'settings.title': 'Réglages',
  'settings.language': 'Langue',
  'settings.theme': 'Apparence',
  'settings.theme.auto': 'Automatique',
  'settings.theme.light': 'Clair (comptoir)',
  'settings.theme.dark': 'Sombre (réserve)',
  'settings.sound': 'Sonnerie',
  'settings.sound.on': 'Activée',
  'settings.sound.off': 'Coupée',
  'settings.device': 'Tablette',
  'settings.unpair': 'Oublier cette tablette',
  'settings.unpairAsk': 'La tablette devra être associée de nouveau. Continuer ?',
};

export const en: Texts<typeof fr> = {
  'start.nothingKept':
    'This tablet could not open what it keeps. Close other windows of Comptoir, leave private browsing, free some space, then try again.',
  'pairing.title': 'Pair this tablet',
  'pairing.explain':
    'Type the six-digit code from your head office, or scan its QR code. It is valid for ten minutes.',
  'pairing.code': 'Six-digit code',
  'pairing.pair': 'Pair',
  'pairing.busy': 'Pairing…',
  'pairing.wrong': 'This code is wrong, was used or is too old. Ask for another.',
  'pairing.otherCode': 'This QR code is not a tablet’s. Scan the one from head office.',
  'pairing.limited': 'Too many tries. Wait a minute.',
  'pairing.offline': 'No network. The tablet must be online to be paired.',
  'pairing.revoked': 'This tablet is no longer paired.',
  'pairing.kept.one': '{n} action that was not sent is kept here.',
  'pairing.kept.other': '{n} actions that were not sent are kept here.',
  'settings.title': 'Settings',
  'settings.language': 'Language',
  'settings.theme': 'Appearance',
  'settings.theme.auto': 'Automatic',
  'settings.theme.light': 'Light (counter)',
  'settings.theme.dark': 'Dark (back room)',
  'settings.sound': 'Sound',
  'settings.sound.on': 'On',
  'settings.sound.off': 'Off',
  'settings.device': 'Tablet',
  'settings.unpair': 'Forget this tablet',
  'settings.unpairAsk': 'The tablet will have to be paired again. Go on?',
};
