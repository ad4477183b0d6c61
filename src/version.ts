import manifest from "../package.json" with { type: "json" };

/** Version of the connector, as in package.json. */
export const VERSION: string = manifest.version;
