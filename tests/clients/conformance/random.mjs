// Random choices that a seed repeats.

/** Returns choices made from this seed. */
export function choices(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  next();
  return {
    /** A whole number from 0 to below this one. */
    below: (most) => Math.floor(next() * most),
    /** True as often as this share. */
    chance: (share) => next() < share,
    /** One of the list. */
    of: (list) => list[Math.floor(next() * list.length)],
    /** The list in another order. */
    shuffled(list) {
      const rest = [...list];
      const out = [];
      while (rest.length) out.push(...rest.splice(Math.floor(next() * rest.length), 1));
      return out;
    },
  };
}

/** Returns the seed of the document with this number. */
export const seedOf = (seed, number) => Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(number + 1, 0xc2b2ae35);
