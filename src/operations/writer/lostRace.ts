// What a batch throws when somebody was faster between its look before the locks and the locks: it is run again.

export class LostRace extends Error {
  override readonly name = 'LostRace';
}
