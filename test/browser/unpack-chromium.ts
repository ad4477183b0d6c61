import { mkdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/**
 * Unpacks the Chromium that is packed into an npm package beside this file, with the libraries and fonts that a bare
 * machine lacks, and prints the path of a script that starts it. The package has it for Linux on x64 alone.
 */
const PACKAGE = new URL("node_modules/@sparticuz/chromium/build/index.js", import.meta.url);
/** Removed and filled anew by every `npm ci`. */
const FOLDER = fileURLToPath(new URL("node_modules/.unpacked", import.meta.url));
const SCRIPT_MODE = 0o755;

if (process.platform !== "linux" || process.arch !== "x64")
  throw new Error(
    `npm has no Chromium for ${process.platform} on ${process.arch}: install one, or set CHROMIUM_PATH`,
  );

await mkdir(FOLDER, { recursive: true });
// It unpacks into the folder for temporary files, which other users may write to; and libraries only on the one
// system that it is made for.
process.env["TMPDIR"] = FOLDER;
process.env["AWS_EXECUTION_ENV"] = "AWS_Lambda_nodejs24.x";
const { default: packed }: { default: { executablePath(): Promise<string> } } = await import(PACKAGE.href);
const executable = await packed.executablePath();

// Its own settings look for the fonts where that system has them.
const fonts = `<fontconfig><dir>${FOLDER}/fonts</dir><cachedir>${FOLDER}/fonts-cache</cachedir></fontconfig>`;
await writeFile(`${FOLDER}/fonts.conf`, `${fonts}\n`);
const script = `${FOLDER}/start-chromium`;
const lines = [
  "#!/bin/sh",
  `export LD_LIBRARY_PATH='${FOLDER}/al2023/lib' FONTCONFIG_FILE='${FOLDER}/fonts.conf'`,
  `exec '${executable}' "$@"`,
];
await writeFile(script, `${lines.join("\n")}\n`, { mode: SCRIPT_MODE });
process.stdout.write(`${script}\n`);
