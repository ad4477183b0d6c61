import { InvalidArgumentError } from "commander";
import { type LoginFlags, login } from "./auth-login.ts";
import { showAuthStatus } from "./auth-status.ts";
import type { RegisterCommand } from "./shell.ts";

export const registerAuth: RegisterCommand = (program, shell) => {
  const auth = program.command("auth").description("Get tokens from Pinterest, and see how long they last.");
  auth
    .command("login")
    .description("Store new tokens by a user's consent in a browser.")
    .option("--redirect-uri <uri>", "as registered with the app (default: http://localhost:8085/)")
    .option("--port <n>", "listen on this port of this machine, e.g. behind a tunnel", port)
    .option("--manual", "listen nowhere: paste the address that the browser ends on")
    .action((flags: LoginFlags) => login(flags, shell));
  auth
    .command("status")
    .description("Show the tokens' lives, scopes and ad accounts.")
    .option("--json", "as JSON")
    .action((flags: { json?: boolean }) => showAuthStatus(flags.json === true, shell));
};

const PORT_MAX = 65_535;

function port(value: string): number {
  if (!/^\d{1,5}$/.test(value) || Number(value) > PORT_MAX)
    throw new InvalidArgumentError("Give a number from 0 to 65535.");
  return Number(value);
}
