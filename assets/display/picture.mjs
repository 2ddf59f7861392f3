// What all pictures that are saved have in common: their writing, and how they reach the reader.

const HALO_PX = 3;

/** Hand the canvas to the browser as a file of that name. */
export async function download(canvas, name) {
  const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/**
 * write(text, x, y, px, colour, weight) on a canvas, in units of so many of its pixels.  colour and
 * ground: names of the theme's; the writing has a halo of the ground, for it may stand on a track.
 */
export function writer(pen, unit, ground) {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  return (text, x, y, px, name, weight = 400) => {
    pen.font = fontOf(px * unit, weight);
    pen.lineWidth = HALO_PX * unit;
    pen.lineJoin = "round";
    pen.strokeStyle = colour(ground);
    pen.strokeText(text, x * unit, y * unit);
    pen.fillStyle = colour(name);
    pen.fillText(text, x * unit, y * unit);
  };
}

/** The font of the page, for a canvas. */
export function fontOf(px, weight = 400) {
  return `${weight} ${px}px ${getComputedStyle(document.documentElement).getPropertyValue("--sans")}`;
}

/** The text in lines that are at most so wide, as measure(text) tells; a word that is wider is cut. */
export function linesOf(text, width, measure) {
  const lines = [""];
  for (const word of text.split(" ")) {
    const longer = lines.at(-1) === "" ? word : `${lines.at(-1)} ${word}`;
    if (measure(longer) <= width) lines[lines.length - 1] = longer;
    else lines.push(...piecesOf(word, width, measure));
  }
  return lines[0] === "" && lines.length > 1 ? lines.slice(1) : lines;
}

function piecesOf(word, width, measure) {
  const pieces = [""];
  for (const letter of word) {
    if (pieces.at(-1) !== "" && measure(pieces.at(-1) + letter) > width) pieces.push("");
    pieces[pieces.length - 1] += letter;
  }
  return pieces;
}
