import type { Simulator } from "../../src/simulator/simulator.ts";
import { type Reply, type Seen, startScriptedServer } from "./scripted-server.ts";

/** What becomes of an answer: another text in its place, a whole other reply, or undefined to leave it as it is. */
export type AlterAnswer = (seen: Seen, text: string) => string | Reply | undefined;

export interface AlteredPinterest extends AsyncDisposable {
  /** The simulator, its address that of the server in front of it. */
  readonly simulator: Simulator;
}

/**
 * A server in front of a simulator that changes what it answers, for what Pinterest may send and the simulator never
 * does. Files of reports are fetched through it, too.
 */
export async function startAlteredPinterest(real: Simulator, alter: AlterAnswer): Promise<AlteredPinterest> {
  const { origin } = new URL(real.url);
  const server = await startScriptedServer(async (seen) => {
    const { authorization, "content-type": type } = seen.headers;
    const answer = await fetch(new URL(seen.url.pathname + seen.url.search, origin), {
      method: seen.method,
      headers: { ...(authorization && { authorization }), ...(type && { "content-type": type }) },
      ...(seen.body && { body: seen.body }),
    });
    const text = (await answer.text()).replaceAll(origin, new URL(server.url).origin);
    const altered = alter(seen, text);
    if (typeof altered === "object") return altered;
    return { status: answer.status, text: altered ?? text };
  });
  return {
    simulator: Object.create(real, { url: { value: server.url } }),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
