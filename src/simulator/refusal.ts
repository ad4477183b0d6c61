/**
 * A request that Pinterest refuses. The answer is its documented error body, `{"code": …, "message": …}`
 * (schema `Error` of the OpenAPI description).
 */
export class Refusal extends Error {
  readonly status: number;
  readonly code: number;

  constructor(status: number, code: number, message: string) {
    super(message);
    this.name = "Refusal";
    this.status = status;
    this.code = code;
  }
}

export const authenticationFailed = () => new Refusal(401, 2, "Authentication failed.");

export const scopeMissing = () =>
  new Refusal(
    401,
    3,
    "Your token does not have sufficient permissions to perform this operation. Please ensure your token is authorized with the correct set of scopes.",
  );

/** 403 on ads endpoints; the OpenAPI description shows the same code with 401 on the catalog endpoints. */
export const notPermitted = (status: 401 | 403) =>
  new Refusal(status, 29, "You are not permitted to access that resource.");

export const accountDisapproved = () => new Refusal(403, 2625, "This account has been disapproved.");

export const adAccountNotFound = () => new Refusal(404, 2, "AdAccount not found.");
export const merchantNotFound = () => new Refusal(404, 650, "Merchant not found.");
export const catalogNotFound = () =>
  new Refusal(
    404,
    678,
    "Sorry! We couldn't find that catalog. Please ensure you have access to a valid catalog id.",
  );
export const feedNotFound = () => new Refusal(404, 4161, "Sorry! We could not find your catalogs feed.");
export const noCatalog = () =>
  new Refusal(409, 4182, "Can't access this feature without an existing catalog.");

export const rateLimitExceeded = () =>
  new Refusal(
    429,
    8,
    "This request exceeded a rate limit. This can happen if the client exceeds one\nof the published rate limits within a short time window.",
  );

/** The OAuth endpoint's 400; Pinterest documents no code for it, so the general one is used. */
export const grantRefused = (message: string) => new Refusal(400, 1, message);
