/** What happened to one record in one step of time. */
export interface Move {
  what: "changed" | "archived" | "vanished" | "appeared" | "returned";
  /** Name of the listing. */
  resource: string;
  id: string;
}
