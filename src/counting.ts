const COUNT = new Intl.NumberFormat("en-US");
const AMOUNT = new Intl.NumberFormat("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });

/** 12345 → "12,345". */
export function formatCount(count: number): string {
  return COUNT.format(count);
}

/** 1234.5 → "1,234.50", in whatever currency. */
export function formatAmount(amount: number): string {
  return AMOUNT.format(amount);
}

/** "1 run", "2 runs". */
export function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}
