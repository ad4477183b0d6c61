import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface FileServer extends AsyncDisposable {
  readonly url: string;
  readonly seen: readonly { readonly url: string; readonly headers: IncomingMessage["headers"] }[];
}

/** What one request for a file meets. */
export type FileAnswer = (response: ServerResponse) => void;

/** A server of presigned files; `answers` come in turn, the last one for ever. */
export async function startFileServer(...answers: readonly FileAnswer[]): Promise<FileServer> {
  const seen: { url: string; headers: IncomingMessage["headers"] }[] = [];
  const server = createServer((request, response) => {
    seen.push({ url: request.url ?? "", headers: request.headers });
    answers[Math.min(seen.length, answers.length) - 1]?.(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export function file(content: string | Buffer, headers: Record<string, string> = {}): FileAnswer {
  return (response) => {
    response.writeHead(200, { "content-length": String(Buffer.byteLength(content)), ...headers });
    response.end(content);
  };
}

export function refusal(status: number, headers: Record<string, string> = {}): FileAnswer {
  return (response) => {
    response.writeHead(status, headers).end("<Error><Code>AccessDenied</Code></Error>");
  };
}

/** Half of the content, then the connection breaks. */
export function cutFile(content: string | Buffer, headers: Record<string, string> = {}): FileAnswer {
  return (response) => {
    response.writeHead(200, headers);
    response.write(content.slice(0, content.length / 2), () => response.socket?.destroy());
  };
}

/** Half of the content, then nothing more. */
export function stalledFile(content: string): FileAnswer {
  return (response) => {
    response.writeHead(200).write(content.slice(0, content.length / 2));
  };
}

export const brokenConnection: FileAnswer = (response) => response.socket?.destroy();
