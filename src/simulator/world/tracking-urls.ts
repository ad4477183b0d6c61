import type { JsonValue } from "../json.ts";

/** An object of schema `TrackingUrls`, with the placeholders advertisers really use. */
export function makeTrackingUrls(index: number): JsonValue {
  return {
    impression: [`https://track.example/i?c={campaignid}&n=${index}`],
    click: [`https://track.example/c?c={campaignid}&n=${index}`, "https://second.example/click?%7Bdevice%7D"],
    engagement: [],
    buyable_button: [],
    audience_verification: [],
  };
}
