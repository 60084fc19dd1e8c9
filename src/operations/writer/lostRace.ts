// What a batch throws when somebody was faster between its look before the locks and the locks: it is run again.

export class LostRace extends Error {
  override readonly name: string = 'LostRace';
}

/** A level that a command brings stock to has no row yet: it is made, outside the batch, and the batch is run again. */
export class LevelsMissing extends LostRace {
  override readonly name = 'LevelsMissing';
}
