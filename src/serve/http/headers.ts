import type { MiddlewareHandler } from "hono";
import { secureHeaders as setSecureHeaders } from "hono/secure-headers";

const NOBODY = ["'none'"];
const US = ["'self'"];

/**
 * Nothing runs, nothing is loaded from elsewhere, nobody may frame it: text from Pinterest that got past escaping
 * could still do nothing. An answer may bring a policy of its own, as images do.
 * Headers that browsers heed over TLS alone are left to whoever terminates it.
 */
export const secureHeaders: MiddlewareHandler = setSecureHeaders({
  contentSecurityPolicy: {
    defaultSrc: NOBODY,
    styleSrc: US,
    imgSrc: US,
    baseUri: NOBODY,
    formAction: NOBODY,
    frameAncestors: NOBODY,
  },
  xFrameOptions: "DENY",
  strictTransportSecurity: false,
  crossOriginOpenerPolicy: false,
  originAgentCluster: false,
  overwrite: false,
});

/** What it tells is about now, and some of it is for those with a password; an answer may say otherwise. */
export const keepUncached: MiddlewareHandler = async (context, next) => {
  await next();
  if (!context.res.headers.has("cache-control")) context.res.headers.set("cache-control", "no-store");
};
