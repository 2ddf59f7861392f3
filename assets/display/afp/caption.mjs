// What a saved picture says of its event: rows of a name and its value. Pure.

import { thousands } from "../format.mjs";
import { outsideText } from "./legend.mjs";
import { reasonText, scoreText } from "./scores_panel.mjs";

/**
 * [{name, value, tone}]; tone: "anomalous", "normal" or "". What is not known has no row.
 *
 * info: the event as the server tells it.  classes: of the data set.  row: what the chosen detector says
 * of the event, null for none.  threshold: on the page, null for that of the weights.  maker: label of
 * the autoencoder whose images are shown.  by_charge: do colours tell charges?  with_track: is one drawn?
 * outside: hits that are not shown.
 */
export function captionOf({ info, classes, row, threshold, maker, by_charge, with_track, outside }) {
  const rows = [...ofEvent(info, classes), ...ofScore(row, threshold)];
  if (maker) rows.push(plain("Images", `recorded; reconstruction by ${maker}; difference, what it adds in the colour of the track`));
  const sums = by_charge ? "sums of charge, electrons" : "numbers of hits";
  const shown = `rows upwards, columns across; bars: ${sums}${outside ? `; ${outsideText(outside)} what is shown` : ""}`;
  rows.push(plain("Planes", shown));
  if (with_track) rows.push(plain("Track", "rings on the planes, dashed where it has no cluster; line in the station"));
  return rows;
}

function ofEvent(info, classes) {
  const known = (value) => value !== null && value !== undefined;
  const rows = [plain("Data set", info.dataset), plain("Event", String(info.event_id))];
  if (known(info.run)) rows.push(plain("Run", String(info.run)));
  if (known(info.evn)) rows.push(plain("Event in run", thousands(info.evn)));
  const place = [info.station_label, known(info.side) && `side ${info.side}`, known(info.station) && `station ${info.station}`];
  if (place.some(Boolean)) rows.push(plain("Station", place.filter(Boolean).join(", ")));
  if (known(info.event_class)) rows.push({ name: "Truth", value: classText(info, classes), tone: toneOf(info.anomalous) });
  return rows;
}

function ofScore(row, threshold) {
  if (!row || row.message) return [];
  const limit = threshold ?? row.threshold?.value ?? null;
  const anomalous = limit === null || row.score === null ? null : row.score >= limit;
  const verdict = anomalous === null ? "" : anomalous ? ", anomalous" : ", normal";
  const rows = [plain("Detector", row.label), { name: "Score", value: `${scoreText(row.score)}${verdict}`, tone: toneOf(anomalous) }];
  if (limit !== null) rows.push(plain("Threshold", scoreText(limit)));
  if (row.reasons?.length) rows.push(plain("Reasons", reasonText(row.reasons)));
  return rows;
}

function classText({ event_class }, classes) {
  return classes.find(({ name }) => name === event_class)?.label ?? event_class.replaceAll("_", " ");
}

function toneOf(anomalous) {
  return anomalous === null ? "" : anomalous ? "anomalous" : "normal";
}

function plain(name, value) {
  return { name, value, tone: "" };
}
