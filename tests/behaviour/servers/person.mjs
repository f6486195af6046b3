// A person with a browser, as `BROWSER`: logs in and consents, or cancels, with the forms that oidc-provider shows, and comes
// back to where it is sent. The arguments are `approve` or `refuse`, and the address. The last page lies in `page`.

import { writeFileSync } from "node:fs";

const [verdict, address] = process.argv.slice(2);
const issuer = new URL(address).origin;
const cookies = new Map();

async function visit(url, form) {
  const cookie = [...cookies].map((pair) => pair.join("=")).join("; ");
  const answer = await fetch(url, {
    method: form ? "POST" : "GET",
    body: form && new URLSearchParams(form),
    headers: url.startsWith(issuer) ? { cookie } : {},
    redirect: "manual",
  });
  for (const set of answer.headers.getSetCookie()) {
    const [name, value] = set.split(";")[0].split("=");
    cookies.set(name, value);
  }
  const location = answer.headers.get("location");
  return location ? visit(new URL(location, url).href) : { url, text: await answer.text() };
}

let page = await visit(address);
while (page.url.startsWith(issuer)) {
  const [, cancel] = page.text.match(/href="([^"]*\/abort)"/);
  const [, action] = page.text.match(/<form[^>]*action="([^"]*)"/);
  const [, prompt] = page.text.match(/name="prompt" value="([^"]*)"/);
  page =
    verdict === "refuse"
      ? await visit(new URL(cancel, page.url).href)
      : await visit(new URL(action, page.url).href, { prompt, login: "ada", password: "any" });
}
writeFileSync("page", page.text);
