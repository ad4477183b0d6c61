import { findChromium } from "../support/chromium.ts";

/** Prints the path of the machine's Chromium; exit code 1 when there is none. */
const path = findChromium();
if (path === undefined) process.exitCode = 1;
else process.stdout.write(`${path}\n`);
