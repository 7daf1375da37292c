/** A process of its own that opens a log: `open-log.js <file>`. Says `open` and stays, or says why not. */
import { sqliteBackend } from '../../storage/sqlite/backend.js';
import { Store } from '../../storage/store.js';

try {
  await Store.open(sqliteBackend(process.argv[2]!));
  console.log('open');
} catch (error) {
  console.log((error as Error).message);
}
