/** Columns as Docker's: three spaces between, none behind. */
export function renderColumns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, at) => cell.padEnd((widths[at] ?? 0) + 3))
          .join('')
          .trimEnd()}\n`,
    )
    .join('');
}
