import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { findChromium } from "./chromium.ts";

/** The machine's Chromium; where there is none, undefined, or a failure if REQUIRE_CHROMIUM is set. */
export async function launchChromium(): Promise<Browser | undefined> {
  const executablePath = findChromium();
  if (executablePath !== undefined) return chromium.launch({ executablePath });
  const missing = "There is no Chromium: install one, or set CHROMIUM_PATH.";
  if (process.env["REQUIRE_CHROMIUM"]) throw new Error(missing);
  process.stdout.write(`Skipped: ${missing}\n`);
  return undefined;
}

/** A page with what a person would not notice on it. */
export interface WatchedPage extends AsyncDisposable {
  readonly page: Page;
  /** What was written to the console, thrown, refused by the Content-Security-Policy, asked by a dialog, not found. */
  readonly complaints: readonly string[];
  /** Addresses that were asked for. */
  readonly requests: readonly string[];
}

export async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<WatchedPage> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const complaints: string[] = [];
  const requests: string[] = [];
  // Violations of the policy are among what browsers write to the console.
  page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("requestfailed", (request) => complaints.push(`failed: ${request.url()}`));
  page.on("request", (request) => requests.push(request.url()));
  return { page, complaints, requests, [Symbol.asyncDispose]: () => context.close() };
}
