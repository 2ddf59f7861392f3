// The link from an AFP event to the page Performance of its data set.

/** link: an element a. */
export function linkPerformance(link, store) {
  const draw = () => {
    const { dataset, event_id } = store.get("event")?.info ?? {};
    if (dataset) link.href = `/afp/${encodeURIComponent(dataset)}/performance?from=${event_id}&theme=${store.get("theme")}`;
  };
  store.on(["event", "theme"], draw);
  draw();
}
