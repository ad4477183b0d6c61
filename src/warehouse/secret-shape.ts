/** Words that make the name of a URL parameter a secret's, wherever they occur in it. */
const SECRET_WORD =
  /pass|pwd|secret|token|key|sig|auth|cred|sess|code|bearer|jwt|hmac|hash|nonce|cookie|ticket|access_?id/;
/** Too short to be looked for inside of words. */
const SECRET_SHORT_WORD = /(?:^|[^a-z])(?:pw|sid|otp|sas)(?:$|[^a-z])/;
/** Words that contain a secret's word by chance, taken out before the name is judged. */
const HARMLESS_WORD = new RegExp(
  [
    "key(?:word|board)|monkey|turkey|author(?!i[sz])|design|signal|signup|insight|assign(?:ed|ment)",
    "passenger|passive|bypass|compass|credits?(?![a-z])|hashtag|barcode|(?:en|de|uni)code",
    "(?:country|currency|lang(?:uage)?|locale|region|state|city|zip|post(?:al)?|area|store|shop)[-_.]?code",
    "(?:product|item|color|size|category|status|tax|hs|qr|promo|coupon|discount|campaign)[-_.]?code",
  ].join("|"),
  "g",
);

/** From this many characters a mixture of letters and digits is taken for a secret. */
const RANDOM_LENGTH_MIN = 16;
/** How often, per character, kinds change (lower case, upper case, digit): random text about 0.5, names below 0.3. */
const RANDOM_CHANGES_MIN = 0.3;
/** The same where there are no digits, so that CamelCase of short words is still a name. */
const RANDOM_LETTERS_CHANGES_MIN = 0.4;

/** Whether the name of a URL parameter says that its value is a secret: `X-Amz-Signature`, `apiKey`, `pwd`. */
export function isSecretName(name: string): boolean {
  const words = name.replace(/([a-z\d])([A-Z])/g, "$1_$2").toLowerCase();
  const rest = words.replace(HARMLESS_WORD, " ");
  return SECRET_WORD.test(rest) || SECRET_SHORT_WORD.test(rest);
}

/**
 * Whether a parameter's value looks like a key or a token: 16 or more characters that mix letters and
 * digits and do not fall into words, numbers and dates, as file names do.
 */
export function isRandomValue(value: string): boolean {
  if (value.length < RANDOM_LENGTH_MIN) return false;
  const pieces = value.split(/[^A-Za-z0-9]+/).filter((piece) => !isPlainPiece(piece));
  if (pieces.some((piece) => piece.length >= RANDOM_LENGTH_MIN)) return true;
  return pieces.length > 0 && /^[A-Za-z0-9_+/=.~-]+$/.test(value);
}

/** Whether a run of letters and digits looks like a key even within a path, where ids and long names are common. */
export function isRandomRun(piece: string): boolean {
  if (piece.length < RANDOM_LENGTH_MIN) return false;
  const changes = (piece.match(/[a-z]+|[A-Z]+|\d+/g) ?? []).length - 1;
  const least = /\d/.test(piece) ? RANDOM_CHANGES_MIN : RANDOM_LETTERS_CHANGES_MIN;
  return changes >= piece.length * least;
}

/** A word, a number, a date or time, or a word with a number or year: what people write. */
function isPlainPiece(piece: string): boolean {
  if (piece.length <= 4 || /^\d+$/.test(piece)) return true;
  if (/^[A-Za-z]+$/.test(piece)) return !isRandomRun(piece);
  if (/^\d{2,8}T\d{2,6}Z?$/i.test(piece) || /^[A-Za-z]+(?:19|20)\d\d(?:\d\d){0,2}$/.test(piece)) return true;
  return piece.length < RANDOM_LENGTH_MIN && /^(?:[A-Z]?[a-z]+|[A-Z]+)\d+$|^\d+[a-z]{1,4}$/.test(piece);
}
