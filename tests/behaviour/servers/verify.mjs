// Verifies a JWT with jose. The arguments are the folder that holds it, the algorithm, the file of the private key whose public
// one shall take the signature, and the JWT. Standard output tells header and claims.

import { createPublicKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [folder, algorithm, key, token] = process.argv.slice(2);
const file = createRequire(`${folder}/`).resolve("jose");
const { jwtVerify } = await import(pathToFileURL(file));
const verified = await jwtVerify(token, createPublicKey(readFileSync(key)), { algorithms: [algorithm] });
console.log(JSON.stringify({ header: verified.protectedHeader, claims: verified.payload }));
