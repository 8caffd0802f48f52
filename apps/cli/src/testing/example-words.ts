/** The words after each `rack-gateway` of a line as a shell would pass them: quotes hold together, redirections and pipes end it. */
export function exampleWords(line: string): string[][] {
  const command = line.replace(/\s{2,}\(.*\)$/, '')
  return [...command.matchAll(/(?:^|[\s(])rack-gateway((?:\s+(?:'[^']*'|"[^"]*"|[^\s'"|<>()]+)+)*)/g)].map(
    ([, words = '']) =>
      [...words.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"|<>()]+)+/g)].map(([word]) => word.replaceAll(/['"]/g, '')),
  )
}
