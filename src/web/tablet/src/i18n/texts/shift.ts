// Words of the start of a shift.
import type { Texts } from '../texts.ts';

export const fr = {
  'shift.title': 'Commencer le service',
  'shift.explain': 'Un toucher active la sonnerie et garde l’écran allumé.',
  'shift.who': 'Qui êtes-vous ?',
  'shift.name': 'Votre prénom',
  'shift.nameHint': 'Il apparaît sur les commandes que vous préparez.',
  'shift.pin': 'Code personnel de {name}',
  'shift.start': 'Commencer',
  'shift.busy': 'Un instant…',
  'shift.notMe': 'Ce n’est pas moi',
  'shift.end': 'Terminer le service',
  'shift.at': '{location}, {device}',
  'shift.wrongPin.one': 'Code faux. Il reste {n} essai.',
  'shift.wrongPin.other': 'Code faux. Il reste {n} essais.',
  'shift.wrong': 'Code faux. Réessayez.',
  'shift.locked': 'Trop de codes faux. Réessayez à {time}, ou demandez à votre responsable.',
  'shift.offline': 'Pas de réseau : le service commence à votre nom, sans code.',
  'shift.refused': 'Le service n’a pas pu commencer. Réessayez.',
};

export const en: Texts<typeof fr> = {
  'shift.title': 'Start your shift',
  'shift.explain': 'One tap turns the bell on and keeps the screen awake.',
  'shift.who': 'Who are you?',
  'shift.name': 'Your first name',
  'shift.nameHint': 'It is shown on the orders that you pick.',
  'shift.pin': 'PIN of {name}',
  'shift.start': 'Start',
  'shift.busy': 'One moment…',
  'shift.notMe': 'That is not me',
  'shift.end': 'End the shift',
  'shift.at': '{location}, {device}',
  'shift.wrongPin.one': 'Wrong PIN. {n} try left.',
  'shift.wrongPin.other': 'Wrong PIN. {n} tries left.',
  'shift.wrong': 'Wrong PIN. Try again.',
  'shift.locked': 'Too many wrong PINs. Try again at {time}, or ask your manager.',
  'shift.offline': 'No network: the shift starts in your name, without a PIN.',
  'shift.refused': 'The shift could not start. Try again.',
};
