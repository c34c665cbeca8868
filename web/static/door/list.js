// The signed list: fetched, verified, put over the one before, and how old it is.
const FORMAT = "stampledger-door-list/1";
// A list that is older than this misses what was bought, cancelled or let in elsewhere since.
export const OLD = 10 * 60_000;

const bytesOf = (base64) => Uint8Array.from(atob(base64), (one) => one.charCodeAt(0));

// true, false, or null where this browser cannot tell.
export const isSigned = async ({ bytes, signature }, key) => {
  let known;
  try {
    known = await crypto.subtle.importKey("raw", bytesOf(key), { name: "Ed25519" }, false, [
      "verify",
    ]);
  } catch {
    return null;
  }
  try {
    return await crypto.subtle.verify({ name: "Ed25519" }, known, bytesOf(signature), bytes);
  } catch {
    return false;
  }
};

export const hashOf = async (list, code) => {
  const said = new TextEncoder().encode(`${list.salt}/${code}`);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", said));
  return [...digest.slice(0, 16)].map((one) => one.toString(16).padStart(2, "0")).join("");
};

// What arrived, put over what was there. Raises where it is not a list of this shop.
export const merged = (before, sent, { shop, tag, verified, at }) => {
  const told = JSON.parse(new TextDecoder().decode(sent.bytes));
  const fits = told.format === FORMAT && told.shop === shop;
  const goesOn = before && before.salt === told.salt && before.names === told.names;
  if (!fits || (told.since && !goesOn)) throw new Error("no list");
  if (before && told.position < before.position) throw new Error("an older list");
  const tickets = new Map(told.since ? before.tickets : []);
  for (const one of told.tickets) tickets.set(one[0], one);
  return { ...told, tickets, tag, verified, fetched_at: at };
};
