// Owns one line for machines, the last that a run prints: `N passed, N failed`.
import { writeSync } from 'node:fs';

export default class TotalsReporter {
  /**
   * @param {unknown} _contexts
   * @param {import('@jest/reporters').AggregatedResult} results
   */
  onRunComplete(_contexts, results) {
    // A file that cannot even be loaded has no tests that could fail: it counts as one.
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    // Jest's own summary comes after every other reporter, and the teardown, which may still fail the run, after that.
    process.once('exit', (code) => {
      const failedInAll = failed === 0 && code !== 0 ? 1 : failed;
      writeSync(1, `${results.numPassedTests} passed, ${failedInAll} failed\n`);
    });
  }
}
