// Owns the people of the stores that documents and examples ask for. Their PINs are known to everybody, like the demo's
// keys. The other stores have no list of people: there a name starts a shift.
import { exampleStaff } from './examples.ts';
import type { DemoStaff } from './retailer.ts';
import { showcase } from './showcase.ts';

export const staff: readonly DemoStaff[] = [
  { location: showcase.location, name: 'Amélie', pin: '2468' },
  { location: showcase.location, name: 'Karim', pin: '1357' },
  ...exampleStaff,
];
