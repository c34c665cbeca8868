// The code of a ticket, as `ledger/tickets/code.py` has it: sixteen signs, the last a check.
export const SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";
export const LENGTH = 16;

const check = (places) =>
  places.reduce((sum, place, nth) => sum + (nth + 2) * place, 0) % SIGNS.length;

export const isCode = (text) => {
  const places = [...text].map((sign) => SIGNS.indexOf(sign));
  return places.length === LENGTH && !places.includes(-1) && places.pop() === check(places);
};

// What somebody typed or scanned, as codes are stored; empty if that is none.
export const asStored = (typed) => {
  const code = typed.toUpperCase().replace(/[\s-]/gu, "");
  return isCode(code) ? code : "";
};

// Whether it looks like a code at all: then a sign is wrong, and it is read once more.
export const isNearlyCode = (typed) => /^[0-9A-Z]{12,20}$/u.test(typed.toUpperCase().replace(/[\s-]/gu, ""));

export const inGroups = (code) => code.match(/.{1,4}/gu)?.join("-") ?? "";
