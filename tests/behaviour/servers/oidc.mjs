// oidc-provider on loopback. The arguments are the folder that holds it, a client's id and its secret, and the file of a
// private key. The client may ask for the scopes `read` and `write` by client credentials, with its secret in HTTP Basic and
// nowhere else; the client `keyed` with an assertion that is signed with the key (private_key_jwt) and nothing else. Standard
// error tells the port and then each request that was answered.

import { createPublicKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:http";
import { pathToFileURL } from "node:url";

const [folder, client_id, client_secret, key] = process.argv.slice(2);
const file = createRequire(`${folder}/`).resolve("oidc-provider");
const { default: Provider } = await import(pathToFileURL(file));

const by_credentials = {
  grant_types: ["client_credentials"],
  redirect_uris: [],
  response_types: [],
  scope: "read write",
};
const public_key = createPublicKey(readFileSync(key)).export({ format: "jwk" });

const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const { port } = server.address();
  const provider = new Provider(`http://127.0.0.1:${port}`, {
    clients: [
      { ...by_credentials, client_id, client_secret, token_endpoint_auth_method: "client_secret_basic" },
      {
        ...by_credentials,
        client_id: "keyed",
        jwks: { keys: [{ ...public_key, kid: "k1" }] },
        token_endpoint_auth_method: "private_key_jwt",
      },
    ],
    scopes: ["read", "write"],
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      introspection: { enabled: true },
      revocation: { enabled: true },
    },
    ttl: { ClientCredentials: 600 },
  });
  const answer = provider.callback();
  server.on("request", (request, response) => {
    response.on("finish", () => console.error(request.method, request.url, response.statusCode));
    answer(request, response);
  });
  console.error("port", port);
});
