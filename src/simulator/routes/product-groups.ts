import { readId, readIds, catalogsRefusal as refuse } from "../query.ts";
import { choose } from "../random.ts";
import { feedNotFound, noCatalog } from "../refusal.ts";
import { makeProductGroup } from "../world/product-group.ts";
import { catalogRoute, findCatalog, findCatalogOwner, serveCatalogPage } from "./catalog-route.ts";
import { collectOfOwners, findLeaf, type Listing } from "./listing.ts";

const NAME = "product_groups";
const IDS_AT_MOST = 1_000;

export const productGroups: Listing = {
  name: NAME,
  route: catalogRoute(/^\/catalogs\/product_groups$/, ["id", "feed_id", "catalog_id"], (context) => {
    const owner = findCatalogOwner(context);
    if (!owner.hasCatalog) throw noCatalog();
    const ids = readIds(context.query, "id", IDS_AT_MOST, refuse);
    const feedId = readId(context.query, "feed_id", refuse);
    if (feedId !== undefined && !owner.feeds.some(({ id }) => id === feedId)) throw feedNotFound();
    const catalog = findCatalog(context, owner);
    return serveCatalogPage(context, NAME, () =>
      findLeaf(owner, NAME).records.filter(
        (group) =>
          (ids === undefined || ids.has(group.id)) &&
          (feedId === undefined || group["feed_id"] === feedId) &&
          (catalog === undefined || group["catalog_id"] === catalog.id),
      ),
    );
  }),
  collect: collectOfOwners((owner) => findLeaf(owner, NAME).records),
  wrong: ["created_at", "the day before yesterday"],
  archived: "INACTIVE",
  grow: {
    of: "owner",
    count: (size) => size.productGroups,
    make: (seed, { index, catalogs, feeds }, serial) => {
      const retailFeed = feeds.find((feed) => feed["catalog_type"] === "RETAIL")?.id ?? null;
      return makeProductGroup(seed, index, choose(catalogs, serial), retailFeed, serial);
    },
  },
};
