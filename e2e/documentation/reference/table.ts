/** A Markdown table, aligned as the formatter wants it. A cell's line breaks become spaces and its bars are escaped, so that a row stays a row. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head, ...rows].map((row) => row.map(cell))
  const widths = head.map((_, column) => Math.max(3, ...cells.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]) => `| ${widths.map((width, at) => (row[at] ?? '').padEnd(width)).join(' | ')} |`
  const [title = [], ...body] = cells
  return [line(title), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n')
}

/** A Markdown list: a term, and what is said of it, if anything. Empty parts are left out. */
export function list(items: readonly (readonly [term: string, ...parts: string[]])[]): string {
  return items
    .map(([term, ...parts]) => `- ${[term, parts.filter((part) => part !== '').join(' ')].filter(Boolean).join(': ')}`)
    .join('\n')
}

/** One row for all rows that differ only in one column, whose cells are joined. */
export function joined(rows: readonly (readonly string[])[], column: number, separator = ', '): string[][] {
  const groups = new Map<string, string[]>()
  for (const row of rows) {
    const key = row.with(column, '').join('\n')
    const [cell = ''] = row.slice(column)
    groups.set(key, groups.get(key)?.with(column, `${groups.get(key)?.[column]}${separator}${cell}`) ?? [...row])
  }
  return [...groups.values()]
}

export function code(text: string): string {
  return `\`${text}\``
}

function cell(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim().replaceAll('|', '\\|')
}
