export function readImages(): Promise<{ name: string; width: number; alt: string }[]>;
export function openDetails(): void;
export function readOverflow(): { page: number; parts: string[] };
export function readScrolling(): string[];
export function readTexts(): { text: string; color: string; ground: string }[];
export function insertMarkup(markup: string): void;
export function countSilent(): Readonly<Record<"tables" | "headings" | "images" | "boxes", number>>;
