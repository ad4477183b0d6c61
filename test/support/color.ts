/** Red, green and blue, each 0 to 1, in proportion to the light. */
type Light = readonly [number, number, number];
type Matrix = readonly [Light, Light, Light];

/** How people see colours: as most do, and with one kind of cone missing (Machado, Oliveira, Fernandes 2009). */
const SIGHT = {
  ordinary: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
} as const satisfies Record<string, Matrix>;

export type Vision = keyof typeof SIGHT;
export const VISIONS = Object.keys(SIGHT) as Vision[];

/** How much two colours (#rrggbb) stand out from each other, 1 to 21, as WCAG defines it. */
export function contrast(a: string, b: string): number {
  const [bright = 0, dim = 0] = [luminance(parse(a)), luminance(parse(b))].toSorted((x, y) => y - x);
  return (bright + 0.05) / (dim + 0.05);
}

/** How far apart two colours (#rrggbb) look, in OKLab; a difference of 0.02 can just be seen. */
export function distance(a: string, b: string, vision: Vision): number {
  const [first, second] = [a, b].map((color) => toOklab(multiply(SIGHT[vision], parse(color))));
  return Math.hypot(...(first ?? []).map((value, index) => value - (second?.[index] ?? 0)));
}

function parse(color: string): Light {
  const channel = (start: number) => {
    const value = Number.parseInt(color.slice(start, start + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

function luminance([red, green, blue]: Light): number {
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function multiply(matrix: Matrix, light: Light): Light {
  const row = (factors: Light) => {
    const sum = factors.reduce((total, factor, index) => total + factor * (light[index] ?? 0), 0);
    return Math.min(1, Math.max(0, sum));
  };
  return [row(matrix[0]), row(matrix[1]), row(matrix[2])];
}

/** https://bottosson.github.io/posts/oklab */
function toOklab([red, green, blue]: Light): Light {
  const l = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
  const m = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
  const s = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}
