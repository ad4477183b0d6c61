import { Buffer } from "node:buffer";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer, type Socket } from "node:net";
import { Client } from "pg";

export interface Pooler extends AsyncDisposable {
  /** Connects through it, to the database and as the user of the URL that it was started with. */
  readonly url: string;
}

export interface PoolerOptions {
  /** What a backend stays with a client for. */
  readonly mode: "session" | "transaction";
  /** Backends that it opens at most; who finds none free waits. */
  readonly size: number;
  /**
   * Until so many transactions were rolled back, every client happens to get the backend that it had: others take what
   * is free in between. 0 when absent.
   */
  readonly luckyRollbacks?: number;
}

/** A backend and how far its current message has been read. */
interface Backend {
  readonly stream: Socket;
  unread: Buffer;
}

const READY = 0x5a;
const TERMINATE = 0x58;
const IDLE = 0x49;

/**
 * Stands between clients and Postgres as PgBouncer does: answers a login by itself, with a process number of its own
 * making, lends the backend that was given back last, and takes it back after each transaction or at the client's end.
 */
export async function startPooler(
  url: string,
  { mode, size, luckyRollbacks = 0 }: PoolerOptions,
): Promise<Pooler> {
  const free: Backend[] = [];
  let luck = luckyRollbacks;
  const waiting: ((backend: Backend) => void)[] = [];
  const clients = new Set<Socket>();
  const sessions: Client[] = [];

  async function openBackend(): Promise<Backend> {
    const session = new Client({ connectionString: url });
    // At the end its stream is cut.
    session.on("error", () => undefined);
    sessions.push(session);
    await session.connect();
    const stream = session.connection.stream as Socket;
    stream.removeAllListeners("data");
    return { stream, unread: Buffer.alloc(0) };
  }

  async function borrow(had: Backend | undefined): Promise<Backend> {
    if (luck > 0) return (had && take(had)) ?? openBackend();
    const backend = free.pop();
    if (backend) return backend;
    if (sessions.length < size) return openBackend();
    return new Promise((resolve) => waiting.push(resolve));
  }

  /** The backend, if nobody has it. */
  function take(backend: Backend): Backend | undefined {
    const place = free.indexOf(backend);
    return place < 0 ? undefined : free.splice(place, 1)[0];
  }

  function giveBack(backend: Backend): void {
    const next = waiting.shift();
    if (next) next(backend);
    else free.push(backend);
  }

  function serve(client: Socket): void {
    clients.add(client);
    let backend: Backend | undefined;
    let had: Backend | undefined;
    let turn: Promise<void> = Promise.resolve();
    const release = () => {
      backend?.stream.removeAllListeners("data");
      if (backend) giveBack(backend);
      backend = undefined;
    };
    const forward = async (chunk: Buffer) => {
      if (!backend) {
        const lent = await borrow(had);
        backend = lent;
        had = lent;
        lent.stream.on("data", (answer: Buffer) => {
          client.write(answer);
          if (endsTransaction(lent, answer) && mode === "transaction") release();
        });
      }
      if (chunk.includes("rollback")) luck -= 1;
      backend.stream.write(chunk);
    };
    client.once("data", () => {
      client.write(GREETING());
      client.on("data", (chunk: Buffer) => {
        if (chunk[0] === TERMINATE) client.end();
        else turn = turn.then(() => forward(chunk));
      });
    });
    client.on("error", () => undefined);
    client.on("close", () => {
      clients.delete(client);
      release();
    });
  }

  const server = createServer(serve).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = new URL(url);
  address.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: address.href,
    async [Symbol.asyncDispose]() {
      server.close();
      for (const client of clients) client.destroy();
      for (const session of sessions) session.connection.stream.destroy();
    },
  };
}

/** Welcome without a password, a process number, and ready for a query. */
const GREETING = () =>
  Buffer.concat([
    message("R", int32(0)),
    message("K", int32(randomInt(2 ** 31)), int32(0)),
    message("Z", Buffer.of(IDLE)),
  ]);

function message(type: string, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content);
  return Buffer.concat([Buffer.from(type), int32(body.length + 4), body]);
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

/** True when the last message of `answer` says that the backend is ready and outside of any transaction. */
function endsTransaction(backend: Backend, answer: Buffer): boolean {
  let rest = Buffer.concat([backend.unread, answer]);
  let ended = false;
  while (rest.length >= 5 && rest.length > rest.readInt32BE(1)) {
    ended = rest[0] === READY && rest[5] === IDLE;
    rest = rest.subarray(rest.readInt32BE(1) + 1);
  }
  backend.unread = rest;
  return ended && rest.length === 0;
}
