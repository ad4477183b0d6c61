import { Writable } from "node:stream";
import pino from "pino";
import { createPinterest, type Pinterest, type PinterestOptions } from "../../src/pinterest/client.ts";
import { fixedTokens } from "../../src/pinterest/tokens.ts";
import { createJumpingClock, type JumpingClock } from "./jumping-clock.ts";
import { type Reply, type ScriptedServer, type Seen, startScriptedServer } from "./scripted-server.ts";

export interface ClientUnderTest extends AsyncDisposable {
  readonly pinterest: Pinterest;
  readonly server: ScriptedServer;
  readonly clock: JumpingClock;
  /** Everything that was logged, debug lines included. */
  readonly log: () => string;
}

export const ACCESS_TOKEN = "pina_THE-ACCESS-TOKEN";

/** A client on a jumping clock, without jitter, in front of a scripted server. */
export async function openClient(
  answer: (seen: Seen, index: number) => Reply | Promise<Reply>,
  options: Partial<PinterestOptions> = {},
): Promise<ClientUnderTest> {
  const server = await startScriptedServer(answer);
  const clock = createJumpingClock();
  const { logger, log } = createMemoryLogger();
  const pinterest = createPinterest({
    baseUrl: server.url,
    version: "1.2.3",
    tokens: fixedTokens(ACCESS_TOKEN),
    logger,
    clock,
    random: () => 0,
    ...options,
  });
  return {
    pinterest,
    server,
    clock,
    log,
    [Symbol.asyncDispose]: async () => {
      await pinterest.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

export function createMemoryLogger() {
  let text = "";
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += chunk;
      done();
    },
  });
  return { logger: pino({ level: "debug" }, stream), log: () => text };
}
