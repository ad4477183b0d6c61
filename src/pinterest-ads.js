#!/usr/bin/env node
// Plain JavaScript on purpose: it must be readable by whatever Node starts it, to say what is missing.
const NODE_MAJOR_MIN = 24;

if (Number.parseInt(process.versions.node, 10) < NODE_MAJOR_MIN) {
  process.stderr.write(
    `pinterest-ads needs Node ${NODE_MAJOR_MIN} or later and was started by ${process.version}.\n` +
      "Start it with `npx pinterest-ads` from the checkout: `npm ci` has installed the right Node there\n" +
      "(unless optional dependencies were left out).\n",
  );
  process.exitCode = 2;
} else {
  // Before the program is read: by the time that is done V8 has made its young generation large.
  const { keepHeapSmall } = await import("./heap.ts");
  keepHeapSmall();
  await import("./cli.ts");
}
