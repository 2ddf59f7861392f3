// The four planes in space and how they are seen. Pure.
//
// mm; x away from the beam along the rows, y along the columns, z with the particle. A plane leans by
// tilt_rad in xz, so that its far rows lie farther along z (reco_core/afp/simulation/tracks.py). The
// origin is the middle of the station.

/** [x, y, z] of a place on a plane, row and col by the edges of pixels. */
export function placeOf(plane, row, col, sensor) {
  const along = (row - sensor.rows / 2) * sensor.row_mm;
  const z = (plane - (sensor.planes - 1) / 2) * sensor.plane_mm;
  return [
    along * Math.cos(sensor.tilt_rad),
    (col - sensor.cols / 2) * sensor.col_mm,
    z + along * Math.sin(sensor.tilt_rad),
  ];
}

/** The same of a plane that is off by what the run's tracks tell ({shift_row, ...}, null: not known). */
export function truePlaceOf(plane, row, col, sensor, planes) {
  if (!planes) return placeOf(plane, row, col, sensor);
  const true_row = row - planes.shift_row[plane] - planes.scale_row[plane] * row;
  return placeOf(plane, true_row, col - planes.shift_col[plane] - planes.scale_col[plane] * col, sensor);
}

/** The four corners of a plane, in order around it. */
export function cornersOf(plane, sensor, planes) {
  const { rows, cols } = sensor;
  return [[0, 0], [0, cols], [rows, cols], [rows, 0]].map(([row, col]) => truePlaceOf(plane, row, col, sensor, planes));
}

/**
 * project([x, y, z]) -> {x, y, depth}: pixels in a canvas, depth mm away from the eye.
 *
 * camera: {azimuth, elevation: rad, distance: mm}. At azimuth 0 and elevation 0 one looks along the
 * particle, x to the right, y up; azimuth turns about y, elevation lifts the eye.
 */
export function cameraOf(camera, width, height) {
  const { azimuth, elevation, distance } = camera;
  const [sa, ca] = [Math.sin(azimuth), Math.cos(azimuth)];
  const [se, ce] = [Math.sin(elevation), Math.cos(elevation)];
  const focal = 1.6 * Math.min(width, 1.6 * height);
  return function project([x, y, z]) {
    const across = x * ca - z * sa;
    const ahead = x * sa + z * ca;
    const up = y * ce + ahead * se;
    const depth = distance + ahead * ce - y * se;
    const scale = focal / Math.max(depth, 1);
    return { x: width / 2 + across * scale, y: height / 2 - up * scale, depth, scale };
  };
}

/** Planes from the farthest to the nearest. */
export function farFirst(sensor, project) {
  const planes = Array.from({ length: sensor.planes }, (_, plane) => plane);
  const depth = (plane) => project(placeOf(plane, sensor.rows / 2, sensor.cols / 2, sensor)).depth;
  return planes.sort((a, b) => depth(b) - depth(a));
}

/** The camera after a drag of so many pixels. */
export function orbited(camera, dx, dy) {
  const elevation = Math.min(Math.max(camera.elevation + dy * 0.008, -1.5), 1.5);
  const turn = 2 * Math.PI;
  const azimuth = camera.azimuth + dx * 0.008;
  return { ...camera, elevation, azimuth: azimuth - turn * Math.round(azimuth / turn) };
}
