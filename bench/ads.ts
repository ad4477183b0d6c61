/** An ad as Pinterest sends it; `version` changes what an edit would change. */
export function makeAd(index: number, version: number): Record<string, unknown> {
  const id = String(687_195_000_000n + BigInt(index));
  return {
    id,
    ad_account_id: "549755885175",
    ad_group_id: String(268_035_000_000n + BigInt(index % 5000)),
    campaign_id: String(549_755_000_000n + BigInt(index % 1000)),
    pin_id: String(394_205_773_611_000_000n + BigInt(index)),
    name: `Autumn collection ${index} v${version}`,
    creative_type: "REGULAR",
    status: index % 7 === 0 ? "ARCHIVED" : "ACTIVE",
    summary_status: index % 7 === 0 ? "ARCHIVED" : "APPROVED",
    review_status: "APPROVED",
    rejected_reasons: [],
    rejection_labels: [],
    destination_url: `https://shop.example/products/${index}?utm_source=pinterest&utm_campaign=autumn`,
    click_tracking_url: `https://track.example/click/${index}`,
    view_tracking_url: null,
    tracking_urls: { impression: [`https://track.example/i/${index}`], click: [], engagement: null },
    is_pin_deleted: false,
    is_removable: true,
    android_deep_link: null,
    ios_deep_link: null,
    carousel_destination_urls: null,
    type: "pinpromotion",
    created_time: 1_700_000_000 + index,
    updated_time: 1_710_000_000 + index + version * 86_400,
  };
}
