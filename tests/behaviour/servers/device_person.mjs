// A person who enters a device's code with the forms that oidc-provider shows: confirms it, logs in and consents, or aborts.
// The arguments are `approve` or `refuse`, the address and the code. The last page lies in `page`.

import { writeFileSync } from "node:fs";

const [verdict, address, user_code] = process.argv.slice(2);
const cookies = new Map();

async function visit(url, form) {
  const answer = await fetch(url, {
    method: form ? "POST" : "GET",
    body: form && new URLSearchParams(form),
    headers: { cookie: [...cookies].map((pair) => pair.join("=")).join("; ") },
    redirect: "manual",
  });
  for (const set of answer.headers.getSetCookie()) {
    const [name, value] = set.split(";")[0].split("=");
    cookies.set(name, value);
  }
  const location = answer.headers.get("location");
  return location ? visit(new URL(location, url).href) : { url, text: await answer.text() };
}

const said = (page, pattern) => page.text.match(pattern)?.[1];

let page = await visit(address);
for (const choice of [{}, verdict === "refuse" ? { abort: "yes" } : { confirm: "yes" }]) {
  page = await visit(address, { xsrf: said(page, /name="xsrf" value="([^"]*)"/), user_code, ...choice });
}
for (let prompt; (prompt = said(page, /name="prompt" value="([^"]*)"/)); ) {
  const action = said(page, /<form[^>]*action="([^"]*)"/);
  page = await visit(new URL(action, page.url).href, { prompt, login: "ada", password: "any" });
}
writeFileSync("page", page.text);
