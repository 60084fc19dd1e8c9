// Owns the check that this Node can run the project, and says what to do when it can't. Plain old JavaScript:
// an older Node must be able to read this file (it could not read main.ts).
const oldest = 24;
const current = Number.parseInt(process.versions.node, 10);

if (current < oldest) {
  console.error(
    `Comptoir needs Node.js ${oldest} or newer; this is ${process.versions.node}.\n` +
      'On Linux (x64), `npm ci` installs a Node.js 24 beside this one, for this folder only, and `npm start` uses it.\n' +
      'Elsewhere, install Node.js 24 from https://nodejs.org, then run it again.',
  );
  process.exit(1);
}
