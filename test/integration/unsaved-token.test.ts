import { afterEach, beforeEach, expect, test } from "vitest";
import { seedFingerprint } from "../../src/pinterest/token-chain.ts";
import type { TokenSet } from "../../src/pinterest/token-store.ts";
import { createTokens } from "../../src/pinterest/tokens.ts";
import { createJumpingClock } from "../support/jumping-clock.ts";
import { createMemoryTokenStore, type MemoryTokenStore } from "../support/memory-token-store.ts";
import { createMemoryLogger } from "../support/pinterest-client.ts";
import { type ScriptedServer, startScriptedServer } from "../support/scripted-server.ts";

const LOGIN: TokenSet = {
  accessToken: "access-of-login",
  refreshToken: "refresh-of-login",
  accessExpiresAt: undefined,
  refreshExpiresAt: undefined,
  scopes: undefined,
  refreshedAt: 1,
};

let server: ScriptedServer;
let store: MemoryTokenStore;

beforeEach(async () => {
  server = await startScriptedServer(() => ({ json: { access_token: "rotated", refresh_token: "next" } }));
  store = createMemoryTokenStore();
});

afterEach(() => server[Symbol.asyncDispose]());

/** Tokens that Pinterest has rotated and that could not be saved, with a store that works again. */
async function openUnsaved(isSaved = false) {
  const { logger, log } = createMemoryLogger();
  const { save } = store;
  store.save = async (...row) => {
    if (isSaved) await save(...row);
    throw new Error("the database is away");
  };
  const tokens = createTokens({
    baseUrl: server.url,
    version: "0",
    appId: "app",
    appSecret: "the-app-secret",
    seedRefreshToken: "seed",
    store,
    logger,
    clock: createJumpingClock(),
    random: () => 0,
  });
  await expect(tokens.access()).rejects.toMatchObject({ code: "token_not_saved" });
  expect(log().split("not saved yet, do not stop")).toHaveLength(2);
  store.save = save;
  return { tokens, log };
}

test("is saved once that works, without asking Pinterest again", async () => {
  const { tokens } = await openUnsaved();
  expect((await tokens.access()).token).toBe("rotated");
  expect(store.row?.tokens).toMatchObject({ refreshToken: "next" });
  expect(server.seen).toHaveLength(1);
});

test.each<[string, () => unknown]>([
  [
    "a refusal of the token that it replaces",
    () => store.refuse({ at: 1, fingerprint: "f", reason: "void" }),
  ],
  ["that somebody deleted what was stored", () => (store.row = undefined)],
])("outlives %s", async (_, happens) => {
  const { tokens } = await openUnsaved();
  await happens();
  expect((await tokens.access()).token).toBe("rotated");
  expect(store.row).toMatchObject({ tokens: { refreshToken: "next" }, refusal: undefined });
});

test("that was saved all the same, by a commit whose answer was lost, is used without a word", async () => {
  const { tokens, log } = await openUnsaved(true);
  expect((await tokens.access()).token).toBe("rotated");
  expect(log()).not.toContain("dropped");
  expect(server.seen).toHaveLength(1);
});

test("gives way to a login", async () => {
  const { tokens, log } = await openUnsaved();
  // As a login does where a token is configured.
  await store.save(seedFingerprint("app", "seed"), LOGIN);
  expect((await tokens.access()).token).toBe("access-of-login");
  expect(store.row?.tokens).toEqual(LOGIN);
  expect(log()).toContain("others have replaced it");
  expect(server.seen).toHaveLength(1);
});
