import { Buffer } from "node:buffer";
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { isIP } from "node:net";

/** A certificate with its key, both PEM. */
export interface Certificate {
  readonly name: string;
  readonly pem: string;
  readonly keyPem: string;
  readonly key: KeyObject;
}

export interface CertificateOptions {
  /** Common name. */
  readonly name: string;
  /** Who signs it; itself when absent. */
  readonly issuer?: Certificate;
  /** Hosts and IPv4 addresses; none makes the certificate one of a CA. */
  readonly hosts?: readonly string[];
  /** Days from now on; negative: it ended so many days ago. */
  readonly days?: number;
}

const DAY_MS = 86_400_000;
/** Object identifiers, encoded. */
const OID = {
  ecdsaWithSha256: "2a8648ce3d040302",
  commonName: "550403",
  basicConstraints: "551d13",
  subjectAltName: "551d11",
};

/** Makes an X.509 certificate (RFC 5280) for tests, valid since yesterday at least. */
export function makeCertificate({ name, issuer, hosts = [], days = 30 }: CertificateOptions): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const algorithm = sequence(der(0x06, Buffer.from(OID.ecdsaWithSha256, "hex")));
  const end = Date.now() + days * DAY_MS;
  const body = sequence(
    der(0xa0, der(0x02, Buffer.of(2))),
    // Positive, as serial numbers are.
    der(0x02, Buffer.of(1), randomBytes(8)),
    algorithm,
    nameOf(issuer?.name ?? name),
    sequence(time(Math.min(end, Date.now()) - DAY_MS), time(end)),
    nameOf(name),
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, sequence(hosts.length === 0 ? authority() : alternativeNames(hosts))),
  );
  const signature = sign("sha256", body, issuer?.key ?? privateKey);
  const whole = sequence(body, algorithm, der(0x03, Buffer.of(0), signature));
  const lines = whole.toString("base64").match(/.{1,64}/g) ?? [];
  return {
    name,
    pem: `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`,
    keyPem: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    key: privateKey,
  };
}

function authority(): Buffer {
  const isCa = sequence(der(0x01, Buffer.of(0xff)));
  return sequence(
    der(0x06, Buffer.from(OID.basicConstraints, "hex")),
    der(0x01, Buffer.of(0xff)),
    der(0x04, isCa),
  );
}

function alternativeNames(hosts: readonly string[]): Buffer {
  const names = hosts.map((host) =>
    isIP(host) ? der(0x87, Buffer.from(host.split(".").map(Number))) : der(0x82, Buffer.from(host)),
  );
  return sequence(der(0x06, Buffer.from(OID.subjectAltName, "hex")), der(0x04, sequence(...names)));
}

function nameOf(commonName: string): Buffer {
  const attribute = sequence(
    der(0x06, Buffer.from(OID.commonName, "hex")),
    der(0x0c, Buffer.from(commonName)),
  );
  return sequence(der(0x31, attribute));
}

/** As UTCTime, which ends with 2049. */
function time(epochMs: number): Buffer {
  const digits = new Date(epochMs).toISOString().replace(/\D/g, "").slice(2, 14);
  return der(0x17, Buffer.from(`${digits}Z`));
}

function sequence(...content: readonly Buffer[]): Buffer {
  return der(0x30, ...content);
}

/** Tag, length and content. */
function der(tag: number, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content);
  const length =
    body.length < 128 ? Buffer.of(body.length) : Buffer.of(0x82, body.length >> 8, body.length & 255);
  return Buffer.concat([Buffer.of(tag), length, body]);
}
