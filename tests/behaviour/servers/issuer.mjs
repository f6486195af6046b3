// oidc-provider on loopback with its own pages for login and consent. The arguments are the folder that holds it, how many
// seconds an access token lasts, and the secret of the client `confidential`; the client `native` has none. Both may be
// approved in a browser or with a device's code, and refresh. Standard error tells the port and then each request that was answered.

import { createRequire } from "node:module";
import { createServer } from "node:http";
import { pathToFileURL } from "node:url";

const [folder, seconds, client_secret] = process.argv.slice(2);
const file = createRequire(`${folder}/`).resolve("oidc-provider");
const { default: Provider } = await import(pathToFileURL(file));

const client = {
  application_type: "native",
  grant_types: ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"],
  redirect_uris: ["http://127.0.0.1/"],
  response_types: ["code"],
};

const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const { port } = server.address();
  const provider = new Provider(`http://127.0.0.1:${port}`, {
    clients: [
      { ...client, client_id: "native", token_endpoint_auth_method: "none" },
      { ...client, client_id: "confidential", client_secret, token_endpoint_auth_method: "client_secret_basic" },
    ],
    features: {
      deviceFlow: { enabled: true },
      devInteractions: { enabled: true },
      introspection: { enabled: true },
      revocation: { enabled: true },
    },
    pkce: { required: () => true },
    rotateRefreshToken: true,
    ttl: { AccessToken: Number(seconds) },
  });
  const answer = provider.callback();
  server.on("request", (request, response) => {
    response.on("finish", () => console.error(request.method, request.url.split("?")[0], response.statusCode));
    answer(request, response);
  });
  console.error("port", port);
});
