/** Plans omit the headers about the terminal, and the command, which is compared as words. */
export const unplannedHeaders: ReadonlySet<string> = new Set(['command', 'disable-stdin', 'height', 'tty', 'width'])

export function plannedHeaders(headers: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map([...headers].filter(([name]) => !unplannedHeaders.has(name)))
}
