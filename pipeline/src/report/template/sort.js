// What has nothing to scroll to is no stop of the keyboard.
const stops = new ResizeObserver((entries) => {
  for (const { target } of entries) target.tabIndex = target.scrollWidth > target.clientWidth ? 0 : -1;
});
for (const scroll of document.querySelectorAll(".scroll")) stops.observe(scroll);
// Tables can be sorted by a click on a head; without scripts they are as readable, unsorted.
for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0];
  if (body.rows.length < 2) continue;
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const numeric = head.classList.contains("n");
      const now = head.getAttribute("aria-sort");
      const up = now ? now === "descending" : !numeric;
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      const key = (row) => row.cells[column];
      const rows = [...body.rows].sort((a, b) => {
        if (!numeric) return key(a).textContent.localeCompare(key(b).textContent, "en", { numeric: true }) * (up ? 1 : -1);
        const [x, y] = [key(a).dataset.sort, key(b).dataset.sort];
        // Cells without a number stay at the end either way.
        if (x === undefined || y === undefined) return (x === undefined) - (y === undefined);
        return (x - y) * (up ? 1 : -1);
      });
      body.append(...rows);
    });
  });
}
