// What `npm start` runs: the Node is judged before it meets what only a new one can read.
import './nodeVersion.js';

await import('./main.ts');
