import { BlockList, isIPv6 } from "node:net";
import { getConnInfo } from "@hono/node-server/conninfo";
import type { Context, MiddlewareHandler } from "hono";
import { basicAuth } from "hono/basic-auth";
import type { Logger } from "../../logger.ts";

export interface AccessOptions {
  /** Undefined: nobody is asked for a password. */
  readonly login: { readonly user: string; readonly password: string } | undefined;
  /** Without a login: everybody may see the page, not only this machine. */
  readonly statusPublic: boolean;
  readonly logger: Logger;
}

const REALM = "Pinterest ads warehouse";
const LOCAL_ONLY =
  "The status page is shown on this machine only. To see it from elsewhere, set STATUS_USER and STATUS_PASSWORD, " +
  "or STATUS_PUBLIC=true to show it to everybody who reaches this port.";

/** With a login: whoever knows it. Without: those on this machine, unless the page is public. */
export function guardPage(options: AccessOptions): MiddlewareHandler {
  if (options.login) return requireLogin(options.login, options.logger);
  if (options.statusPublic) return (_context, next) => next();
  return async (context, next) => {
    if (!isLocal(context)) return context.text(LOCAL_ONLY, 403);
    await next();
  };
}

const REPORT_PAUSE_MS = 60_000;

/** Wrong tries lock nobody out, for that would let anybody lock out the rightful; they are logged once a minute. */
function requireLogin(
  { user, password }: { user: string; password: string },
  logger: Logger,
): MiddlewareHandler {
  let refused = 0;
  let quietUntil = Number.NEGATIVE_INFINITY;
  return basicAuth({
    username: user,
    password,
    realm: REALM,
    invalidUserMessage(context) {
      // A browser asks without a password first.
      if (context.req.header("authorization") === undefined) return "A login is needed.";
      refused += 1;
      if (performance.now() >= quietUntil) {
        logger.warn({ tries: refused, address: addressOf(context) }, "wrong login for the status page");
        quietUntil = performance.now() + REPORT_PAUSE_MS;
        refused = 0;
      }
      return "Wrong user or password.";
    },
  });
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8, "ipv4");
LOOPBACK.addAddress("::1", "ipv6");
const LOCAL_NAMES: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]"]);
/** What a proxy adds: behind one on this machine, everybody comes from this machine. */
const PROXY_HEADERS = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via"];

/**
 * From this machine, and asked for by its local name: a page elsewhere can make a browser here ask for a name of its
 * own that resolves to 127.0.0.1, and read the answer.
 */
export function isLocal(context: Context): boolean {
  const address = addressOf(context);
  if (address === undefined || !LOOPBACK.check(address, isIPv6(address) ? "ipv6" : "ipv4")) return false;
  if (PROXY_HEADERS.some((name) => context.req.header(name) !== undefined)) return false;
  const host = `http://${context.req.header("host") ?? ""}`;
  return URL.canParse(host) && LOCAL_NAMES.has(new URL(host).hostname);
}

/** Undefined once the client has hung up. */
function addressOf(context: Context): string | undefined {
  return getConnInfo(context).remote.address;
}
