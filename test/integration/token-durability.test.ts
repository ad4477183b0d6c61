import { expect, test } from "vitest";
import { up } from "../../migrations/20261120000002_oauth_tokens.ts";
import { openWarehouse } from "../../src/warehouse/database.ts";
import { openTokenStore } from "../../src/warehouse/oauth-tokens.ts";
import { createDatabase, execute } from "../support/database.ts";

test("a rotated token is on disk when it is saved, even where the database does not wait for that", async () => {
  const database = await createDatabase();
  await execute(
    database.url,
    `do $$ begin execute format('alter database %I set synchronous_commit = off', current_database()); end $$`,
  );
  const warehouse = openWarehouse({ url: database.url, schema: "public", connections: 2 });
  try {
    await up(warehouse.knex);
    await warehouse.knex.raw(
      `create table seen (setting text);
       create function note() returns trigger language plpgsql as
         $$ begin insert into seen values (current_setting('synchronous_commit')); return new; end $$;
       create trigger note after insert on pinterest_ads_oauth_tokens for each row execute function note()`,
    );
    const store = openTokenStore({
      knex: warehouse.knex,
      schema: "public",
      encryptionKey: Buffer.alloc(32, 7),
      appId: "app",
    });
    await store.save("seed", {
      accessToken: "a",
      refreshToken: "r",
      accessExpiresAt: undefined,
      refreshExpiresAt: undefined,
      scopes: undefined,
      refreshedAt: 1,
    });
    expect(
      await execute(
        database.url,
        "select setting, current_setting('synchronous_commit') as otherwise from seen",
      ),
    ).toEqual([{ setting: "on", otherwise: "off" }]);
  } finally {
    await warehouse.close();
    await database.drop();
  }
});
