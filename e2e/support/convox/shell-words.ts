/** The words of a recorded command line, as a shell would give them: only double quotes are used there. */
export function shellWords(line: string): string[] {
  const words = line.match(/(?:[^\s"]|"[^"]*")+/g) ?? []
  return words.map((word) => word.replaceAll('"', ''))
}
