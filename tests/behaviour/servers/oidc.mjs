// oidc-provider on loopback. The arguments are the folder that holds it, a client's id and its secret. The client may ask for
// the scopes `read` and `write` by client credentials, with its secret in HTTP Basic and nowhere else. Standard error tells
// the port and then each request that was answered.

import { createRequire } from "node:module";
import { createServer } from "node:http";
import { pathToFileURL } from "node:url";

const [folder, client_id, client_secret] = process.argv.slice(2);
const file = createRequire(`${folder}/`).resolve("oidc-provider");
const { default: Provider } = await import(pathToFileURL(file));

const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const { port } = server.address();
  const provider = new Provider(`http://127.0.0.1:${port}`, {
    clients: [
      {
        client_id,
        client_secret,
        grant_types: ["client_credentials"],
        redirect_uris: [],
        response_types: [],
        scope: "read write",
        token_endpoint_auth_method: "client_secret_basic",
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
