// Which rows of a long list are in view. Browsers lose precision and then fail on elements taller
// than some ten million px, so a longer list scrolls in proportion within a capped height.

const TALLEST_PX = 8_000_000;

export class RowWindow {
  rows = 0;
  row_px;
  view_px = 0;

  constructor(row_px) {
    this.row_px = row_px;
  }

  /** Height of the scrolled element, px. */
  get height() {
    return Math.min(this.rows * this.row_px, TALLEST_PX);
  }

  /** How many rows can be in view at once, the partly visible included. */
  get visible() {
    return Math.ceil(this.view_px / this.row_px) + 1;
  }

  /** {first, offset}: first row in view and px from the element's top to where it is drawn. */
  at(scroll_px) {
    const list_px = this.rows * this.row_px;
    const room = Math.max(1, this.height - this.view_px);
    const above = Math.min(1, Math.max(0, scroll_px / room)) * Math.max(0, list_px - this.view_px);
    const first = Math.min(Math.floor(above / this.row_px), Math.max(0, this.rows - 1));
    return { first, offset: scroll_px - (above - first * this.row_px) };
  }

  /** Scroll position that brings a row into view, moving no further than needed. */
  scrollTo(row, scroll_px) {
    const room = Math.max(1, this.height - this.view_px);
    const hidden = Math.max(1, this.rows * this.row_px - this.view_px);
    const above = (scroll_px / room) * hidden;
    const top = row * this.row_px;
    const wanted = Math.min(Math.max(above, top + this.row_px - this.view_px), top);
    return wanted === above ? scroll_px : (wanted / hidden) * room;
  }
}
