const QUOTE = 0x22;
const OPENING_BRACKET = 0x5b;
const CLOSING_BRACKET = 0x5d;
const BRACKETS = 2;

/** bytes[start, end) as the text of a JSON array, with quotes around `numbers` (begin and end of each). */
export type Quote = (bytes: Buffer, start: number, end: number, numbers: readonly number[]) => string;

/** Room that is worth keeping. */
const ROOM_BYTES = 256 * 1024;

/** One buffer serves all calls: making one text of many pieces takes far longer. */
export function createQuote(): Quote {
  const room = Buffer.allocUnsafe(ROOM_BYTES);

  return (bytes, start, end, numbers) => {
    const size = end - start + numbers.length + BRACKETS;
    const buffer = size <= ROOM_BYTES ? room : Buffer.allocUnsafe(size);
    let length = 1;
    let copied = start;
    buffer[0] = OPENING_BRACKET;
    for (const edge of numbers) {
      length += bytes.copy(buffer, length, copied, edge);
      buffer[length] = QUOTE;
      length += 1;
      copied = edge;
    }
    length += bytes.copy(buffer, length, copied, end);
    buffer[length] = CLOSING_BRACKET;
    return buffer.toString("utf8", 0, length + 1);
  };
}
