// How the tests run: TypeScript through swc, on a real PostgreSQL that the whole run shares (test/support/globalSetup.ts).
// Each file loads all modules anew, much of it soon garbage: `npm test` gives V8 64 MB for what is young. The tests of http
// and queries took 54 s with that and 58 – 62 without (2 cores, two runs each, in turns).

/** Packages that exist as ES modules only. Jest loads CommonJS: these are translated like our own files. */
const esModulesOnly = ['geokdbush', 'kdbush', 'tinyqueue'];

/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  transform: {
    '\\.[jt]s$': [
      '@swc/jest',
      {
        jsc: { target: 'es2024', parser: { syntax: 'typescript' } },
        module: { type: 'commonjs' },
      },
    ],
  },
  transformIgnorePatterns: [`/node_modules/(?!(?:${esModulesOnly.join('|')})/)`],
  globalSetup: '<rootDir>/test/support/globalSetup.ts',
  globalTeardown: '<rootDir>/test/support/globalTeardown.ts',
  reporters: ['default', '<rootDir>/test/support/totalsReporter.js'],
  // Two, whatever the machine: tests that race need the processor for the racers, and PostgreSQL takes its part.
  maxWorkers: 2,
  // Only what hangs reaches it: a machine that has little time for us is no failure.
  testTimeout: 240_000,
};
