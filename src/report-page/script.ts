/**
 * The page's only script: it sorts tables. The page allows this script and no other, by its hash: a test says what it is when
 * the text changes.
 */
export const SCRIPT = `
for (const button of document.querySelectorAll("th button")) {
  button.addEventListener("click", () => {
    const head = button.closest("th");
    const body = head.closest("table").tBodies[0];
    const column = head.cellIndex;
    const valueOf = (row) => row.cells[column].dataset.value ?? row.cells[column].textContent;
    const isNumber = head.classList.contains("number");
    const order = head.ariaSort ? (head.ariaSort === "descending" ? 1 : -1) : isNumber ? -1 : 1;
    const compare = isNumber ? (a, b) => a - b : (a, b) => a.localeCompare(b);
    const rows = [...body.rows].sort((a, b) => order * compare(valueOf(a), valueOf(b)));
    for (const other of head.parentNode.cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", order < 0 ? "descending" : "ascending");
    body.append(...rows);
  });
}
`;

/** SHA-256 of the text above, in base64. */
export const SCRIPT_HASH = "GndujlDxeVgTYI9m59MJC+pvjEYQrjIW0eH6IX92fVU=";
