/** Every metric of ours starts with this; those of the process itself do not. */
export const PREFIX = "pinterest_ads_";
