import { ConnectorError } from "../errors.ts";
import type { Redirect } from "../pinterest/authorize.ts";

/** What a user is told about an address that Pinterest sent the browser to. */
export interface LoginAnswer {
  readonly title: string;
  readonly text: string;
}

/** The same words for the browser and the terminal; without the code and the state. */
export function describeAnswer(redirect: Redirect): LoginAnswer {
  if (redirect.kind === "denied") {
    const reason = redirect.reason.replace(/\.$/, "");
    return { title: "Not allowed", text: `Pinterest says: ${reason}. Nothing was changed.` };
  }
  return ANSWERS[redirect.kind];
}

const ANSWERS: Readonly<Record<Exclude<Redirect["kind"], "denied">, LoginAnswer>> = {
  code: {
    title: "Pinterest has answered",
    text: "The terminal says what became of it. You may close this window.",
  },
  foreign: {
    title: "Not the answer to this login",
    text: "The state is missing or another one. Open the newest address of the terminal.",
  },
  incomplete: {
    title: "No answer",
    text: "This address holds no code. Open the address of the terminal and agree there.",
  },
};

/** `login_failed`: the user, or Pinterest, said no. */
export function loginDenied(reason: string): ConnectorError {
  return new ConnectorError("login_failed", `The app was not allowed to read. Pinterest says: ${reason}`, {
    nextStep: "Run `pinterest-ads auth login` again and agree to what Pinterest asks.",
  });
}
