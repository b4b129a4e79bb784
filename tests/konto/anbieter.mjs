// An OpenID Connect provider that is not ours (the package oidc-provider), for the tests of signing in. Usage: node anbieter.mjs PORT REDIRECT_URI…
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(new URL("../clients/package.json", import.meta.url));
const { Provider } = await import(pathToFileURL(require.resolve("oidc-provider")));

const [port, ...redirects] = process.argv.slice(2);
// Whoever types one of these names is that person; the groups are what the installation maps to roles.
const people = {
  mira: { name: "Mira Meister", preferred_username: "mira.meister", groups: ["FF Intake Olten", "Turnverein"] },
  beat: { name: "Beat Beispiel", preferred_username: "irma", groups: ["FF Betrieb"] },
  gast: { name: "Gast Ohne", preferred_username: "gast", groups: ["Turnverein"] },
};

const provider = new Provider(`http://localhost:${port}`, {
  clients: [
    {
      client_id: "fallfluss",
      client_secret: "ein-geheimnis-fuer-den-test-von-fallfluss",
      redirect_uris: redirects.map((base) => `${base}/anmelden/dienst/zurueck`),
      post_logout_redirect_uris: redirects.map((base) => `${base}/anmelden`),
    },
  ],
  pkce: { required: () => true },
  scopes: ["openid", "profile", "groups"],
  claims: { openid: ["sub"], profile: ["name", "preferred_username"], groups: ["groups"] },
  cookies: { keys: ["only for this test"] },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: `sub-${id}`, ...people[id] }) }),
});
provider.listen(Number(port), "127.0.0.1", () => console.log("ready"));
