// Numbers as the reader sees them: units always, thousands separated, no lost digits.

const WHOLE = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const MISSING = "unknown";
const ENERGY_UNITS = [[1e9, "EeV"], [1e6, "PeV"], [1e3, "TeV"]];

/** 73324881.4 -> "73,324,881". Adding 0 turns a rounded -0 into 0. */
export function thousands(value) {
  return Number.isFinite(value) ? WHOLE.format(Math.round(value) + 0) : MISSING;
}

/** Absolute time: 12232 -> "12,232 ns". */
export function ns(time_ns) {
  return `${thousands(time_ns)} ns`;
}

/** Duration: 14900 -> "14.9 \u00b5s". */
export function us(duration_ns) {
  return Number.isFinite(duration_ns) ? `${(duration_ns / 1000).toFixed(1)} \u00b5s` : MISSING;
}

/** Time residual: 14.2 -> "+14 ns". */
export function residual(residual_ns) {
  const whole = Math.round(residual_ns) + 0;
  return `${whole > 0 ? "+" : ""}${ns(whole)}`;
}

/** Charge, three significant figures where they exist: 0.73, 31.2, 113,779 PE. */
export function pe(charge_pe) {
  if (!Number.isFinite(charge_pe)) return MISSING;
  if (charge_pe >= 99.95) return `${thousands(charge_pe)} PE`;
  return `${charge_pe.toFixed(charge_pe >= 9.995 ? 1 : 2)} PE`;
}

/** Angle for a label: 0.398 rad -> "22.8\u00b0". */
export function degrees(angle_rad, digits = 1) {
  if (!Number.isFinite(angle_rad)) return MISSING;
  return `${((angle_rad * 180) / Math.PI).toFixed(digits)}\u00b0`;
}

/** Energy: 12_345 -> "12 TeV", with 3 figures "12.3 TeV". */
export function energy(energy_gev, figures = 2) {
  if (!(energy_gev > 0)) return MISSING;
  const [factor, unit] = ENERGY_UNITS.find(([least]) => energy_gev >= 0.995 * least) ?? [1, "GeV"];
  const value = Number((energy_gev / factor).toPrecision(figures));
  return `${value >= 100 ? thousands(value) : value} ${unit}`;
}

/** Playback speed: 1000 -> "1,000 ns/s". */
export function speed(ns_per_s) {
  return `${thousands(ns_per_s)} ns/s`;
}

/** counted(1, "pulse") -> "1 pulse"; counted(948, "pulse") -> "948 pulses". */
export function counted(n, noun) {
  return `${thousands(n)} ${noun}${n === 1 ? "" : "s"}`;
}

/** "String 27, OM 41" */
export function domName(geometry, sensor) {
  return `String ${geometry.stringOf(sensor)}, OM ${geometry.omOf(sensor)}`;
}

/** Time of waiting: 9 -> "9 s", 151 -> "2 min 31 s", 3900 -> "1 h 5 min". */
export function waiting(seconds) {
  const whole = Math.max(1, Math.ceil(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = whole < 3600 ? Math.floor(whole / 60) : Math.ceil(whole / 60);
  if (minutes < 60) return `${minutes} min ${whole % 60} s`;
  return `${thousands(Math.floor(minutes / 60))} h ${minutes % 60} min`;
}
