/**
 * A process that uses the embedded Postgres in the directory given: prints where it is, stops when its standard
 * input ends or on Ctrl-C; then it asks Postgres something first, as the connector does to finish its work.
 */
import { Client } from "pg";
import { startEmbedded } from "../../src/warehouse/embedded/start.ts";

const [directory = ""] = process.argv.slice(2);
const { url, adopted, stop } = await startEmbedded({ directory, port: 0 });
const client = new Client({ connectionString: url });
await client.connect();

async function finish(): Promise<void> {
  const { rows } = await client.query("SELECT 'still there' AS answer");
  process.stdout.write(`${rows[0].answer}\n`);
  await client.end();
  await stop();
  process.exit();
}

process.once("SIGINT", finish);
process.stdin.once("end", finish).resume();
process.stdout.write(`${JSON.stringify({ url, adopted })}\n`);
