// How the tablet's pages are built: hashed files under /tablet/assets, and the service worker beside the page.
// What else a build consists of (compressed copies, the worker's list) is build.ts's.
import path from 'node:path';
import { defineConfig } from 'vite';

const root = import.meta.dirname;
/** For `npx vite src/web/tablet`: pages that reload while one works on them, with the API of a running Comptoir. */
const api = process.env.COMPTOIR_URL ?? 'http://127.0.0.1:3000';

export default defineConfig({
  root,
  base: '/tablet/',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'es2022',
    // A counter's network is slow more often than its processor: no source maps, no polyfill of what es2022 has.
    modulePreload: { polyfill: false },
    // What is inlined cannot be refused by the page's policy, nor kept by the browser.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    manifest: false,
    rolldownOptions: {
      input: { index: path.join(root, 'index.html'), sw: path.join(root, 'worker/sw.ts') },
      output: {
        entryFileNames: ({ name }) => (name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js'),
        // One file of what the first screens need, instead of five: each is a way to the network, or to the cache.
        // With this, the routes of worker/sw.ts and the dates of i18n/words.ts a start with a queue costs the page's thread
        // 111 ms instead of 141, without a throttle.
        codeSplitting: {
          groups: [{ name: 'shell', tags: ['$initial'], test: (id) => !id.includes('/worker/') }],
        },
      },
    },
  },
  server: {
    proxy: { '/v1': api, '/socket.io': { target: api, ws: true } },
  },
});
