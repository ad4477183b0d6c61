/**
 * The URL of a path below the API's base; arrays become repeated parameters, as Pinterest's description asks.
 * Commas stay commas: they separate values, and lists of columns would grow by a tenth.
 */
export function endpoint(
  baseUrl: string,
  path: string,
  query: Readonly<Record<string, string | readonly string[]>> = {},
): URL {
  const url = new URL(`${baseUrl.replace(/\/+$/, "")}${path}`);
  for (const [name, value] of Object.entries(query))
    for (const single of typeof value === "string" ? [value] : value) url.searchParams.append(name, single);
  url.search = url.search.replaceAll("%2C", ",");
  return url;
}
