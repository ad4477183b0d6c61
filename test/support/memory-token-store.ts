import type { StoredTokens, TokenStore } from "../../src/pinterest/token-store.ts";

export interface MemoryTokenStore extends TokenStore {
  row: StoredTokens | undefined;
}

/** A token store for tests that are not about storing. */
export function createMemoryTokenStore(): MemoryTokenStore {
  let queue: Promise<unknown> = Promise.resolve();
  const empty: StoredTokens = {
    seedFingerprint: undefined,
    tokens: "absent",
    refusal: undefined,
    unfinishedSince: undefined,
  };
  const store: MemoryTokenStore = {
    row: undefined,
    read: async () => store.row,
    exclusively: (work) => {
      const turn = queue.then(work);
      queue = turn.catch(() => undefined);
      return turn;
    },
    assertExclusive: async () => undefined,
    begin: async (at) => {
      store.row = { ...(store.row ?? empty), unfinishedSince: at };
    },
    save: async (seedFingerprint, tokens) => {
      store.row = { seedFingerprint, tokens, refusal: undefined, unfinishedSince: undefined };
    },
    refuse: async (refusal) => {
      store.row = { ...(store.row ?? empty), refusal, unfinishedSince: undefined };
    },
  };
  return store;
}
