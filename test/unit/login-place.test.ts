import { expect, test } from "vitest";
import { chooseLoginPlace, redirectUriOf } from "../../src/commands/login-place.ts";

test.each([
  [{}, 8085, "/", "http://localhost:8085/"],
  [{ port: 9000 }, 9000, "/", "http://localhost:9000/"],
  [{ redirectUri: "http://localhost:9000/callback" }, 9000, "/callback", "http://localhost:9000/callback"],
  [{ redirectUri: "http://127.0.0.1" }, 80, "/", "http://127.0.0.1"],
  [{ redirectUri: "http://[::1]:9000/" }, 9000, "/", "http://[::1]:9000/"],
  [{ redirectUri: "https://ads.example/cb", port: 9000 }, 9000, "/cb", "https://ads.example/cb"],
  [{ redirectUri: "https://ads.example/cb" }, 8085, "/cb", "https://ads.example/cb"],
  [{ redirectUri: "http://ads.example:81/cb" }, 8085, "/cb", "http://ads.example:81/cb"],
])("%j listens on %i for %s of %s", (flags, port, pathname, redirectUri) => {
  const place = chooseLoginPlace(flags);
  expect(place).toMatchObject({ port, pathname });
  expect(redirectUriOf(place, place.port)).toBe(redirectUri);
});

test.each(["localhost:8085", "ftp://localhost/", "http://localhost:8085/#here", "callback"])(
  "%s cannot be a redirect URI",
  (redirectUri) => {
    expect(() => chooseLoginPlace({ redirectUri })).toThrow(/is not an http\(s\) address/);
  },
);

test.each([
  [{}, false],
  [{ redirectUri: "http://localhost:9000/callback" }, false],
  [{ redirectUri: "https://ads.example/cb", port: 9000 }, false],
  [{ redirectUri: "https://ads.example/cb" }, true],
  [{ redirectUri: "https://localhost:8085/" }, true],
])("%j may lead where nobody waits: %s", (flags, isDoubtful) => {
  expect(chooseLoginPlace(flags)).toMatchObject({ isDoubtful });
});
