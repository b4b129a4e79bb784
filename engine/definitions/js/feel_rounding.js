// Rounding as on paper. FEEL counts in decimals, JavaScript in binary: feelin rounds 1.005 to 1.00 and 4.35 down to 4.34.

/** Of the up to 17 digits of a binary number 15 are certain; the others are what computing left over. */
const CERTAIN_DIGITS = 15;
const [LEAST_SCALE, MOST_SCALE] = [-6111, 6176];

function certain(n) {
  return Number.isInteger(n) ? n : Number(n.toPrecision(CERTAIN_DIGITS));
}

/** `n` with its point moved, in decimals. */
function shifted(n, places) {
  const [digits, exponent = '0'] = String(n).split('e');
  return Number(`${digits}e${Number(exponent) + places}`);
}

/** `awayFromZero(rest, whole)` says whether what is behind the point makes one more. */
function rounding(awayFromZero) {
  return (n) => {
    const whole = Math.trunc(n);
    return awayFromZero(Math.abs(n - whole), whole) ? whole + Math.sign(n) : whole;
  };
}

/** A FEEL function of a number and a scale that rounds with `round`; null for what is no number or no scale. */
function scaled(round) {
  return (n, scale) => {
    if (!Number.isFinite(n) || !Number.isInteger(scale) || scale < LEAST_SCALE || scale > MOST_SCALE) return null;
    const moved = shifted(certain(n), scale);
    return Number.isFinite(moved) ? shifted(round(moved), -scale) : n;
  };
}

const [toFloor, toCeiling] = [scaled(Math.floor), scaled(Math.ceil)];

export const roundings = {
  decimal: scaled(rounding((rest, whole) => rest > 0.5 || (rest === 0.5 && whole % 2 !== 0))),
  floor: (n, scale = 0) => toFloor(n, scale),
  ceiling: (n, scale = 0) => toCeiling(n, scale),
  'round up': scaled(rounding((rest) => rest > 0)),
  'round down': scaled(Math.trunc),
  'round half up': scaled(rounding((rest) => rest >= 0.5)),
  'round half down': scaled(rounding((rest) => rest > 0.5)),
};
