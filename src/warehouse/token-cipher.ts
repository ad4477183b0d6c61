import { createCipheriv, createDecipheriv, createHmac, randomBytes } from "node:crypto";

/** Encrypts single values of one row; a value moved to another row or column does not open any more. */
export interface TokenCipher {
  /** Tells keys apart without revealing them. */
  readonly keyId: string;
  seal(text: string, place: string): Buffer;
  /** Undefined when the value was sealed with another key, for another place, or was altered. */
  open(sealed: Buffer, place: string): string | undefined;
}

const ALGORITHM = "aes-256-gcm";
const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const KEY_ID_DIGITS = 16;

/** AES-256-GCM with a random IV for every value; sealed values are IV, tag and ciphertext in one. */
export function createTokenCipher(key: Buffer): TokenCipher {
  if (key.length !== KEY_BYTES) throw new RangeError(`The encryption key must have ${KEY_BYTES} bytes`);
  return {
    keyId: createHmac("sha256", key).update("key id").digest("hex").slice(0, KEY_ID_DIGITS),
    seal(text, place) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv(ALGORITHM, key, iv, { authTagLength: TAG_BYTES });
      cipher.setAAD(Buffer.from(place));
      const sealed = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
      return Buffer.concat([iv, cipher.getAuthTag(), sealed]);
    },
    open(sealed, place) {
      if (sealed.length < IV_BYTES + TAG_BYTES) return undefined;
      const decipher = createDecipheriv(ALGORITHM, key, sealed.subarray(0, IV_BYTES), {
        authTagLength: TAG_BYTES,
      });
      decipher.setAAD(Buffer.from(place));
      decipher.setAuthTag(sealed.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
      const text = decipher.update(sealed.subarray(IV_BYTES + TAG_BYTES));
      try {
        return Buffer.concat([text, decipher.final()]).toString("utf8");
      } catch (error) {
        if (error instanceof Error && /authenticate/i.test(error.message)) return undefined;
        throw error;
      }
    },
  };
}
