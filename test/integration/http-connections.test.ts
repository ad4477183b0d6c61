import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { Hono } from "hono";
import { expect, test } from "vitest";
import { startServer } from "../../src/serve/http/server.ts";
import { ask } from "../support/ask.ts";
import { createMemoryLogger } from "../support/pinterest-client.ts";

test("whoever opens more connections than there may be is turned away, and the next one is served", async () => {
  const server = await startServer({
    port: 0,
    connectionsMax: 2,
    login: undefined,
    statusPublic: false,
    logger: createMemoryLogger().logger,
    page: new Hono(),
    metrics: async () => "",
    readiness: async () => ({ ready: true, checks: [] }),
  });
  const open = async () => {
    const socket = connect(server.port, "localhost");
    await once(socket, "connect");
    return socket;
  };
  /** A connection that may be talked over answers; one that may not is closed first. */
  const isServed = async (socket: Socket) => {
    socket.on("error", () => undefined);
    socket.write("GET /healthz HTTP/1.0\r\n\r\n");
    const [said] = await Promise.race([once(socket, "data"), once(socket, "close")]);
    return Buffer.isBuffer(said) && said.includes("200");
  };
  try {
    const held = [await open(), await open()];
    const [first] = held;
    expect(await isServed(await open())).toBe(false);
    expect(first && (await isServed(first))).toBe(true);
    for (const socket of held) socket.destroy();
    await expect.poll(async () => (await ask(`${server.url}/healthz`)).status).toBe(200);
  } finally {
    await server.close();
  }
});
