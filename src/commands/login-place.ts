import { ConnectorError } from "../errors.ts";

/** Where Pinterest sends the browser, and where this machine waits for it. */
export interface LoginPlace {
  /** As given, since Pinterest compares it letter by letter; undefined: http://localhost:PORT/. */
  readonly redirectUri: string | undefined;
  readonly pathname: string;
  /** 0 takes any free one. */
  readonly port: number;
  /** The redirect URI leads elsewhere, and whether anything there passes the browser on to `port` nobody said. */
  readonly isDoubtful: boolean;
}

const DEFAULT_PORT = 8085;
const HTTP_PORT = 80;
const LOOPBACK: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]"]);

/**
 * `--port` is where to listen; without it, the port of a redirect URI that leads straight here. One that leads
 * elsewhere, to a tunnel or a proxy, says nothing about it, and the default is taken. Throws `usage`.
 */
export function chooseLoginPlace(flags: { redirectUri?: string; port?: number }): LoginPlace {
  const { redirectUri, port } = flags;
  if (redirectUri === undefined)
    return { redirectUri, pathname: "/", port: port ?? DEFAULT_PORT, isDoubtful: false };
  const url = URL.parse(redirectUri);
  if (!url || !/^https?:$/.test(url.protocol) || redirectUri.includes("#"))
    throw new ConnectorError("usage", `--redirect-uri: "${redirectUri}" is not an http(s) address`, {
      nextStep: "Give it exactly as it is registered with the app, such as http://localhost:8085/.",
    });
  const isDoubtful = port === undefined && !leadsHere(url);
  return { redirectUri, pathname: url.pathname, port: port ?? portOf(url), isDoubtful };
}

/** TLS is not spoken here, so https leads to something before this machine's port. */
function leadsHere({ protocol, hostname }: URL): boolean {
  return protocol === "http:" && LOOPBACK.has(hostname);
}

function portOf(url: URL): number {
  if (!leadsHere(url)) return DEFAULT_PORT;
  return url.port === "" ? HTTP_PORT : Number(url.port);
}

/** The redirect URI of a login for which this machine listens on `port`. */
export function redirectUriOf({ redirectUri }: LoginPlace, port: number): string {
  return redirectUri ?? `http://localhost:${port}/`;
}
