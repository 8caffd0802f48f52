/** The headers of a rack's response to a caller of the management API. A browser never renders such a response. */
export function managementHeaders(mediaType: string): string[] {
  return ['Content-Type', mediaType, ...fixedHeaders]
}

const fixedHeaders = [
  ['Answered-By', 'rack'],
  ['Cache-Control', 'no-store'],
  ['Content-Security-Policy', "default-src 'none'; sandbox"],
  ['X-Content-Type-Options', 'nosniff'],
  // Proxies should pass each line of a log on immediately.
  ['X-Accel-Buffering', 'no'],
].flat()
