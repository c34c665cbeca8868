// What a device decides by itself: by its list and by what it did since, as the server would.

const clocks = new Map();

const clockOf = (zone) => {
  if (!clocks.has(zone)) {
    clocks.set(zone, new Intl.DateTimeFormat("en-CA", {
      timeZone: zone, hourCycle: "h23",
      year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit",
    }));
  }
  return clocks.get(zone);
};

// The day of an instant in the shop's time zone; a night belongs to the evening before.
export const dayOf = (instant, { timezone, day_begins: begins }) => {
  const told = Object.fromEntries(
    clockOf(timezone).formatToParts(instant).map(({ type, value }) => [type, value]),
  );
  const day = new Date(`${told.year}-${told.month}-${told.day}T12:00:00Z`);
  if (Number(told.hour) < begins) day.setUTCDate(day.getUTCDate() - 1);
  return day.toISOString().slice(0, 10);
};

// What this device did at a door on a day, in the order that it did it.
export const doneHere = (entries, { door, day }) =>
  entries
    .filter((one) => one.door === door && one.day === day && !one.undone && counts(one))
    .sort((one, other) => one.at - other.at);

// What was only asked, and never answered, is not done.
const counts = (one) => one.state === "queued" || one.state === "entered";

// `list` as it is kept, `entries` those of this device for this code, `undone` what it took back.
export const verdict = (list, entries, { hash, door, day, way = "in" }, undone = []) => {
  const row = list?.tickets.get(hash);
  const here = doneHere(entries, { door, day });
  const last = here.at(-1);
  const told = { day, door, offline: true, ticket: row ? ticketOf(list, row) : null };
  if (!row && !last) return { ...told, result: "unknown" };
  const [, , state, inside] = row ?? [hash, last.product, "valid", []];
  const listed = inside.find(
    ([day_, door_, at]) => day_ === day && door_ === door
      && !undone.some((one) => one.hash === hash && one.door === door && one.day === day
        && one.at >= Date.parse(at)),
  );
  const isIn = last ? last.way === "in" : Boolean(listed);
  if (way === "out") return { ...told, result: isIn ? "left" : "not_inside" };
  if (isIn) return { ...told, result: "used", used: last ? ofOurs(last) : ofList(listed) };
  const product = list?.products[row?.[1]];
  if (last && !product?.reentry) {
    const before = here.filter((one) => one.way === "in").at(-1) ?? last;
    return { ...told, result: "used", used: ofOurs(before) };
  }
  return { ...told, ...byProduct(state, product, { door, day }), again: Boolean(last) };
};

const byProduct = (state, product, { door, day }) => {
  if (state === "revoked" || state === "not_paid") return { result: state };
  if (product?.days.length && !product.days.includes(day)) {
    return { result: "wrong_day", days: product.days };
  }
  if (product?.doors.length && !product.doors.includes(door)) {
    return { result: "wrong_door", doors: product.doors };
  }
  return { result: "valid" };
};

// Whose it is stands on the list where the shop wants names.
const ticketOf = (list, [, slug, , , holder]) => {
  const product = list.products[slug];
  return {
    product: slug, title: product?.title ?? {}, hand_out: product?.hand_out ?? {},
    holder: holder || null,
  };
};

const ofOurs = (one) => ({
  at: new Date(one.at).toISOString(), day: one.day, door: one.door, scan: one.scan, mine: true,
});

const ofList = ([day, door, at, device]) => ({ day, door, at, device });
