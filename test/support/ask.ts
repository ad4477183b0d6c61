import { request } from "node:http";

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** A request with whatever headers, `host` included, which fetch would not send. */
export async function ask(
  url: string,
  headers: Record<string, string> = {},
  method = "GET",
): Promise<HttpAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>();
  const sent = request(url, { headers, method, agent: false }, async (response) => {
    let text = "";
    response.setEncoding("utf8");
    for await (const chunk of response) text += chunk;
    resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
  });
  sent.on("error", reject);
  sent.end();
  return promise;
}
