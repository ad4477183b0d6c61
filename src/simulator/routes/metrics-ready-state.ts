import { ageOf, parseDay } from "../analytics/day.ts";
import { adsRefusal, readText } from "../query.ts";
import type { Route } from "./route.ts";

/** Ages in days. A day's delivery is whole, and its conversions are known but for those still to come. */
const DELIVERY_READY_AGE = 2;
const CONVERSIONS_READY_AGE = 3;
const refuse = adsRefusal("metrics ready state");

/** Whether the metrics of a day can be relied on (schema `BookClosedResponse`). */
export const metricsReadyStateRoute: Route = {
  path: /^\/resources\/metrics_ready_state$/,
  category: "ads_analytics",
  scope: "ads:read",
  parameters: ["date"],
  answer: {
    object: ({ query, analytics }) => {
      const text = readText(query, "date");
      const day = text === undefined ? undefined : parseDay(text);
      if (day === undefined) throw refuse("'date' is required, as YYYY-MM-DD");
      const moment = analytics.moment();
      if (day > moment.today) throw refuse("'date' must not be in the future");
      const age = ageOf(day, moment);
      return {
        conversion_metrics_ready: age >= CONVERSIONS_READY_AGE,
        non_conversion_metrics_ready: age >= DELIVERY_READY_AGE,
      };
    },
  },
};
