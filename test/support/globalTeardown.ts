// Owns what happens once after all tests: the databases go, and one that its test file left behind fails the run.

export default async function globalTeardown(): Promise<void> {
  const leftBehind = await globalThis.comptoirTestCluster?.close();
  if (leftBehind && leftBehind.length > 0) {
    throw new Error(`Test files made databases and did not drop() them: ${leftBehind.join(', ')}`);
  }
}
