import { readConfig } from "../config.ts";
import type { Resource } from "../resources/define.ts";
import { defineTable } from "../warehouse/ddl.ts";
import { configuredResources, requireResource } from "./select.ts";
import type { RegisterCommand, Shell } from "./shell.ts";
import { renderTable } from "./table.ts";

export const registerResources: RegisterCommand = (program, shell) => {
  program
    .command("resources [name]")
    .description("List what can be copied, or the columns of one resource.")
    .option("--json", "as JSON")
    .action((name: string | undefined, flags: { json?: boolean }) => {
      const json = flags.json === true;
      // Problems of the configuration are left to the commands that need it: this one helps to write it.
      const resources = configuredResources(readConfig().config);
      if (name === undefined) printList(resources, json, shell);
      else printColumns(requireResource(name, resources), json, shell);
    });
};

function printList(resources: readonly Resource[], json: boolean, shell: Shell): void {
  const list = resources.map((resource) => ({
    name: resource.name,
    table: defineTable(resource).name,
    group: resource.group,
    key: resource.key,
    scopes: resource.oauthScopes,
    description: resource.description,
  }));
  if (json) {
    shell.printJson(list);
    return;
  }
  const columns = ["resource", "key", "scope"].map((title) => ({ title }));
  const rows = list.map((row) => [row.name, row.key.join(", "), row.scopes.join(", ")]);
  shell.print(renderTable(columns, rows));
  shell.print("\nColumns of one: pinterest-ads resources NAME");
}

function printColumns(resource: Resource, json: boolean, shell: Shell): void {
  const table = defineTable(resource);
  if (json) {
    shell.printJson({ resource: resource.name, ...table });
    return;
  }
  const about = [[table.comment], [`Key: ${table.key.join(", ")}`]];
  shell.print(`${renderTable([{ title: table.name }], about)}\n`);
  const columns = ["column", "type", "meaning"].map((title) => ({ title }));
  const shortTypes = (type: string) => (type === "timestamp with time zone" ? "timestamptz" : type);
  const rows = table.columns.map((column) => [column.name, shortTypes(column.type), column.comment]);
  shell.print(renderTable(columns, rows));
}
