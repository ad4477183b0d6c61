/** Shorter pieces occur by accident. */
const LENGTH_MIN = 8;

/** Those of `secrets` that occur in the text: as they are, URL-encoded, as hexadecimal digits, or within something in Base64. */
export function findSecrets(text: string, secrets: Iterable<string>): string[] {
  return [...new Set(secrets)].filter((secret) => encode(secret).some((form) => text.includes(form)));
}

function encode(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const forms = [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    bytes.toString("hex"),
    ...[0, 1, 2].flatMap((offset) => encodeBase64(bytes, offset)),
  ];
  for (const form of forms) if (form.length < LENGTH_MIN) throw new Error("too short to be searched for");
  return [...new Set(forms)];
}

/** What of the Base64 of a longer text depends on these bytes alone when so many bytes (modulo 3) come before them. */
function encodeBase64(bytes: Buffer, offset: number): string[] {
  const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString("base64");
  const whole = Math.floor(((offset + bytes.length) * 4) / 3);
  const core = text.slice(Math.ceil((offset * 4) / 3), whole);
  return [core, core.replaceAll("+", "-").replaceAll("/", "_")];
}
