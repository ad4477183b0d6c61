import { startSimulator } from "../src/simulator/simulator.ts";

// A simulated Pinterest as a process of its own: one account whose ads deliver every day. Prints its address and token.
const ads = Number(process.argv[2]);
const ADS_PER_GROUP = 50;
const GROUPS_PER_CAMPAIGN = 10;
const simulator = await startSimulator({
  accounts: 1,
  campaigns: Math.ceil(ads / ADS_PER_GROUP / GROUPS_PER_CAMPAIGN),
  adGroupsPerCampaign: GROUPS_PER_CAMPAIGN,
  adsPerAdGroup: ADS_PER_GROUP,
  deliveringShare: 1,
  reportPolls: 0,
});
const [account] = simulator.world.accounts;
process.stdout.write(
  `${JSON.stringify({ url: simulator.url, token: simulator.accessToken, account: account?.id })}\n`,
);
