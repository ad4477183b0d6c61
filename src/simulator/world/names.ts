import { choose } from "../random.ts";
import { joinText } from "./join-text.ts";

/** What advertisers really type into a name field, including what breaks naive CSV, COPY and SQL. */
const THEMES = [
  "Spring sale",
  "Été à la plage – soldes",
  "夏のセール",
  "Kids' room “cosy”",
  "Black\tFriday",
  "Line one\nline two",
  "C:\\feeds\\new \\N",
  'He said "buy now", twice',
  "🛋️ Sofas & 👩🏽‍🎨 art",
  "Größe XXL; 50% off",
  "تخفيضات الشتاء",
  "신상품, 무료배송",
  "{curly} [square] $1 %s",
  "'; DROP TABLE ads; --",
  " leading and trailing ",
] as const;

/** A name that is unique within its kind and often hard to store. */
export function makeName(what: string, index: number): string {
  return joinText(what, " ", String(index + 1), " ", choose(THEMES, index));
}
