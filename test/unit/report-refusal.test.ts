import { expect, test } from "vitest";
import { ConnectorError, type ErrorCode } from "../../src/errors.ts";
import { isReportRefused } from "../../src/sync/stage-reports.ts";

test.each<[string, ErrorCode, Record<string, unknown>, boolean]>([
  ["creating one is not permitted", "permission_missing", { method: "POST", status: 403 }, true],
  ["there is no address to create one at", "pinterest_error", { method: "POST", status: 404 }, true],
  ["creating is not supported", "pinterest_error", { method: "POST", status: 501 }, true],
  ["a report is not found", "pinterest_error", { method: "GET", status: 404 }, false],
  ["a file is not found", "pinterest_error", { host: "files.example.com", status: 404 }, false],
  ["what is asked is refused", "pinterest_error", { method: "POST", status: 400 }, false],
])("whether an account may not have reports: %s", (_, code, details, refused) => {
  const error = new ConnectorError(code, "refused", { nextStep: "Look.", details });
  expect(isReportRefused(error)).toBe(refused);
});
