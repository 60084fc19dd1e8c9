// Words of the camera as a scanner.
import type { Texts } from '../texts.ts';

export const fr = {
  'camera.open': 'Caméra',
  'camera.title': 'Scanner avec la caméra',
  'camera.picture': 'Image de la caméra',
  'camera.opening': 'Ouverture de la caméra…',
  'camera.hint': 'Tenez le code dans le cadre.',
  'camera.torch': 'Lampe',
  'camera.insecure': 'La caméra ne marche que par une adresse en https.',
  'camera.refused': 'Ce navigateur n’a pas le droit d’utiliser la caméra. Autorisez-la dans ses réglages.',
  'camera.none': 'Cet appareil n’a pas de caméra.',
  'camera.failed':
    'La caméra ne s’ouvre pas. Fermez les autres applications qui l’utilisent, ou réessayez en ligne.',
};

export const en: Texts<typeof fr> = {
  'camera.open': 'Camera',
  'camera.title': 'Scan with the camera',
  'camera.picture': 'Picture of the camera',
  'camera.opening': 'Opening the camera…',
  'camera.hint': 'Hold the code in the frame.',
  'camera.torch': 'Light',
  'camera.insecure': 'The camera works with an https address only.',
  'camera.refused': 'This browser may not use the camera. Allow it in its settings.',
  'camera.none': 'This device has no camera.',
  'camera.failed': 'The camera does not open. Close other apps that use it, or try again online.',
};
