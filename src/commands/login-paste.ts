import { createInterface } from "node:readline";
import { ConnectorError } from "../errors.ts";
import { readRedirect } from "../pinterest/authorize.ts";
import { describeAnswer, loginDenied } from "./login-answer.ts";

/**
 * Reads lines until one of them is the address to which Pinterest sent the browser, and gives its code. What else is
 * pasted is explained with `tell`, and never repeated: it may hold a code.
 * Rejects with `login_failed` when the user refused, or the input ends before.
 */
export async function readPastedCode(
  input: NodeJS.ReadableStream,
  state: string,
  tell: (text: string) => void,
  over: AbortSignal,
): Promise<string> {
  // Without `terminal` Ctrl-C stays a signal, as everywhere else.
  const lines = createInterface({ input, terminal: false, signal: over });
  let reason = "Nothing was pasted.";
  for await (const line of lines) {
    if (line.trim() === "") continue;
    const url = URL.parse(line.trim());
    const redirect = url ? readRedirect(url, state) : undefined;
    if (redirect?.kind === "code") return redirect.code;
    if (redirect?.kind === "denied") throw loginDenied(redirect.reason);
    reason = redirect ? describeAnswer(redirect).text : NO_ADDRESS;
    tell(reason);
  }
  throw new ConnectorError("login_failed", `The address of the answer was not pasted. ${reason}`, {
    nextStep: "Run `pinterest-ads auth login --manual` again and paste what the browser's address bar shows.",
  });
}

const NO_ADDRESS = "No web address. Paste the browser's whole address, not the code alone.";
