import type { IncomingMessage } from "node:http";
import type { JsonValue } from "./json.ts";

const MAX_BODY_CHARACTERS = 262_144;
const JSON_TYPE = /^application\/json\b/;

/** What came with a request: one of the two, or neither. */
export interface Body {
  form: URLSearchParams;
  json: JsonValue | undefined;
}

/** Reads a body to its end, by its content type; more than anybody sends is not kept. */
export async function readBody(request: IncomingMessage): Promise<Body> {
  let text = "";
  for await (const chunk of request) {
    if (text.length < MAX_BODY_CHARACTERS) text += String(chunk);
  }
  const isJson = JSON_TYPE.test(request.headers["content-type"] ?? "");
  return { form: new URLSearchParams(isJson ? "" : text), json: isJson ? parseJson(text) : undefined };
}

/** What is not JSON is as if it had not been sent; who needs it says so. */
function parseJson(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
