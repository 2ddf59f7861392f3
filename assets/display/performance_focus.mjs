// The method under the pointer stands out, in all tables and plots of a page.

/** page: the element that holds them all. Returns a function of a method's key, or null for none. */
export function focuser(page) {
  return (key) => {
    page.classList.toggle("focused", key !== null);
    for (const node of page.querySelectorAll("[data-method]")) {
      node.classList.toggle("in-focus", node.dataset.method === key);
    }
  };
}
