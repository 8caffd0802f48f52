/** Node's raw headers: name, value, name, value, in Latin-1. */
export type RawHeaders = readonly string[]

/** Ignores later headers, like Go's `Header.Get`. */
export function firstHeader(headers: RawHeaders, name: string): string | null {
  return allHeaders(headers, name)[0] ?? null
}

export function allHeaders(headers: RawHeaders, name: string): string[] {
  const wanted = name.toLowerCase()
  return headers.filter((_, index) => index % 2 === 1 && headers[index - 1]?.toLowerCase() === wanted)
}

/** Whether a comma-separated header such as Connection contains a token, in any case. */
export function hasToken(headers: RawHeaders, name: string, token: string): boolean {
  return allHeaders(headers, name)
    .flatMap((value) => value.split(','))
    .some((part) => part.trim().toLowerCase() === token)
}
