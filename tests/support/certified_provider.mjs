// An OpenID provider on 127.0.0.1 that is certified by the OpenID Foundation (npm: oidc-provider).
//   node certified_provider.mjs <directory of its package> <port> <extra claims, JSON>
// Its key is new at every start. It ends when standard input closes, that is, with the tests.
import { generateKeyPairSync } from "node:crypto";

const [directory, port, claims] = process.argv.slice(2);
const { Provider } = await import(`${directory}/node_modules/oidc-provider/lib/index.js`);

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const resource = {
  audience: "chinh-danh",
  scope: "",
  accessTokenFormat: "jwt",
  jwt: { sign: { alg: "RS256" } },
};
const provider = new Provider(`http://127.0.0.1:${port}`, {
  jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), use: "sig", alg: "RS256" }] },
  clients: [
    {
      client_id: "portal",
      client_secret: "the portal's",
      grant_types: ["client_credentials"],
      redirect_uris: [],
      response_types: [],
    },
  ],
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => "urn:chinh-danh",
      getResourceServerInfo: () => resource,
    },
  },
  extraTokenClaims: () => JSON.parse(claims),
});

process.stdin.on("end", () => process.exit()).resume();
provider.listen(Number(port), "127.0.0.1");
