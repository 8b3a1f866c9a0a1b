// The one place on the device where unsent messages wait: sealed, in IndexedDB, until the gateway acknowledged them.
// A row is {id, conversation, at, sealed, holds, reply_to, step, reflection_id}: ids and times, no word of the client.

const NAME = "interlude";
const STORE = "unsent";

function open() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "id" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function run(mode, work) {
  const database = await open();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(STORE, mode);
      const request = work(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onerror = () => reject(transaction.error);
      transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}

export function keep(row) {
  return run("readwrite", (store) => store.put(row));
}

export function drop(id) {
  return run("readwrite", (store) => store.delete(id));
}

// Rows of one conversation, oldest first. Those of another person who used this device are left where they are.
export async function waiting(conversation) {
  const rows = await run("readonly", (store) => store.getAll());
  return rows.filter((row) => row.conversation === conversation).sort((a, b) => a.at - b.at);
}
