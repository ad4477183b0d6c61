/** Anything that can stand in a JSON text. */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [name: string]: JsonValue };

/** One item of a listing, in the shape the API answers with. */
export interface ApiRecord {
  id: string;
  [field: string]: JsonValue;
}
