// How large a lit DOM is drawn: Steamshovel's law, radius ~ charge^0.15. Read by shader and picking.

export const CHARGE_EXPONENT = 0.15;
/** Radius at 1 PE, m. */
export const UNIT_RADIUS_M = 11;
/** The same radius is never drawn smaller than this, CSS pixels: one pulse must show on a phone. */
export const SMALLEST_UNIT_PX = 3.2;
/** DOMs with nothing but auxiliary pulses so far are drawn this much smaller. */
export const AUXILIARY_SIZE = 0.62;
/** Less charge than this, PE, draws no smaller sphere. */
export const LEAST_CHARGE_PE = 0.02;

/** Radius in CSS pixels of a DOM lit as lightOf found. */
export function litRadiusPx({ charge, real }, pixels_per_metre) {
  const unit = Math.max(UNIT_RADIUS_M * pixels_per_metre, SMALLEST_UNIT_PX);
  const size = unit * (real ? 1 : AUXILIARY_SIZE);
  return size * Math.pow(Math.max(charge, LEAST_CHARGE_PE), CHARGE_EXPONENT);
}
