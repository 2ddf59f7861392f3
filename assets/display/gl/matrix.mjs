// Vectors, the camera's axes and its projection. z is up; a camera is
// {target: [x, y, z] m, distance: m, azimuth: rad, elevation: rad}, the angles naming where the eye is.

export const FIELD_OF_VIEW = (35 * Math.PI) / 180;

export const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
export const add = (a, b, t = 1) => [a[0] + b[0] * t, a[1] + b[1] * t, a[2] + b[2] * t];
export const cross = (a, b) => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];
/** Unit vector at zenith and azimuth, rad. */
export function unitVector(zenith, azimuth) {
  const sine = Math.sin(zenith);
  return [sine * Math.cos(azimuth), sine * Math.sin(azimuth), Math.cos(zenith)];
}

/**
 * Angle, rad, between two directions {zenith, azimuth}; by atan2, which keeps its precision where
 * the arc cosine loses it, near 0 and pi.
 */
export function angleBetween(a, b) {
  const [u, v] = [a, b].map(({ zenith, azimuth }) => unitVector(zenith, azimuth));
  return Math.atan2(Math.hypot(...cross(u, v)), dot(u, v));
}

/** {eye, right, up, back}: back points from the target to the eye. */
export function cameraAxes(camera) {
  const back = unitVector(Math.PI / 2 - camera.elevation, camera.azimuth);
  const right = [-Math.sin(camera.azimuth), Math.cos(camera.azimuth), 0];
  return { eye: add(camera.target, back, camera.distance), right, up: cross(back, right), back };
}

/** Length of one metre at distance one metre, in pixels of a canvas that high. */
export function focalLength(height) {
  return height / 2 / Math.tan(FIELD_OF_VIEW / 2);
}

/** Write the column-major view-projection matrix of a camera into out (16 numbers). */
export function viewProjection(out, camera, axes, aspect) {
  const near = Math.max(0.5, camera.distance * 0.01);
  const far = camera.distance + 5000;
  const fy = focalLength(2);
  const fx = fy / aspect;
  const a = (far + near) / (near - far);
  const b = (2 * far * near) / (near - far);
  const { eye, right, up, back } = axes;
  const x = -dot(right, eye);
  const y = -dot(up, eye);
  const z = -dot(back, eye);
  for (let i = 0; i < 3; i++) {
    out[4 * i] = fx * right[i];
    out[4 * i + 1] = fy * up[i];
    out[4 * i + 2] = a * back[i];
    out[4 * i + 3] = -back[i];
  }
  out[12] = fx * x;
  out[13] = fy * y;
  out[14] = a * z + b;
  out[15] = -z;
  return out;
}

/** Counter-clockwise convex hull of points [[x, y], ...] (Andrew's monotone chain). */
export function convexHull(points) {
  const sorted = [...points].sort((p, q) => p[0] - q[0] || p[1] - q[1]);
  const turn = (o, p, q) => (p[0] - o[0]) * (q[1] - o[1]) - (p[1] - o[1]) * (q[0] - o[0]);
  const half = (list) => {
    const chain = [];
    for (const p of list) {
      while (chain.length > 1 && turn(chain.at(-2), chain.at(-1), p) <= 0) chain.pop();
      chain.push(p);
    }
    return chain.slice(0, -1);
  };
  return [...half(sorted), ...half(sorted.reverse())];
}
